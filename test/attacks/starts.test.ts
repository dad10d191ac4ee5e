import { beforeAll, describe, expect, it } from 'vitest';
import { apgd, fgm, linearised, normNames, pgd, randomDelta, randomNoise } from '../../src/attacks/index.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, gaussian, hostDual, linearModel, rowsOf, take } from './problems.ts';

const n = 20;
const d = 20;

beforeAll(async () => {
  await testRuntime();
});

describe('restarts', () => {
  it.each(['l2', 'linf', 'l1'] as const)('begin at the input: exact on a linear model in %s', (norm) => {
    const { f, w } = linearModel(d);
    const { x, y } = batch(n, d);
    const residual = take(tf.tidy(() => f(x).sub(y)));
    for (const attack of [pgd({ norm, restarts: 5 }), pgd({ norm, restarts: 2, randomStart: false })]) {
      const found = attack.perturb(f, x, y, 0.8);
      take(found.loss).forEach((loss, i) => {
        // float32 on d = 20 terms
        expect(Math.abs(loss / (Math.abs(residual[i]!) + 0.8 * hostDual[norm](w)) ** 2 - 1)).toBeLessThan(
          2e-5,
        );
      });
      found.x.dispose();
    }
    tf.dispose([x, y]);
  });
});

describe('random starts', () => {
  it('depend on the number of the row alone', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const noise = randomNoise({ seed: 3 });
    const whole = noise.perturb(f, x, y, 0.5, 'a');
    const expected = whole.x.dataSync();
    for (const batchSize of [1, 7, 16, 17, 100]) {
      const run = await noise.run(f, x, y, { epsilons: [0.1, 0.5], batchSize, key: 'a' });
      expect(run.x[1]!.dataSync()).toEqual(expected);
      run.dispose();
    }
    const rest = noise.perturbEach(f, x.slice([18, 0], [2, d]), y.slice([18, 0], [2, 1]), [0.5], {
      key: 'a',
      firstRow: 18,
    });
    expect(rest.worst[0]!.x.dataSync()).toEqual(expected.slice(18 * d));
    tf.dispose([x, y, whole.x, whole.loss, rest.clean, rest.worst]);
  });

  it.each(normNames)('in %s are different for each row, run, seed and key', (norm) => {
    // About zero, so that no rounding of x + delta tells two equal deltas apart.
    const x = tf.zeros([50, d]);
    const deltas = [0, 1].flatMap((seed) =>
      ['a', 'b'].flatMap((key) =>
        [0, 1].map((run) => randomDelta(x, randomNoise({ norm, seed }).settings, { key, firstRow: 0 }, run)),
      ),
    );
    const rows = deltas.flatMap((delta) => rowsOf(delta).map(String));
    expect(new Set(rows).size).toBe(8 * 50);
    tf.dispose([x, deltas]);
  });

  it('do not make a risk depend on its batches', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const data = { n, d, x: x.dataSync() as Float32Array, y: y.dataSync() as Float32Array };
    const attack = randomNoise({ samples: 2 });
    const risk = async (batchSize: number) =>
      (await robustRisk(f, data, attack, { epsilons: [1], batchSize })).curve[0]!.risk.value;
    const whole = await risk(100);
    // float32 sums in other batches
    for (const batchSize of [3, 16]) expect(Math.abs((await risk(batchSize)) / whole - 1)).toBeLessThan(1e-6);
    tf.dispose([x, y]);
  });
});

describe('several outputs that lie on their targets', () => {
  const outputs = 3;
  const w = gaussian(outputs * d, 'several outputs');
  const f = (x: tf.Tensor) => tf.matMul(x, tf.tensor2d(w, [d, outputs]));
  /** The rows of J, on the host and in float64. */
  const rows = Array.from({ length: outputs }, (_, k) =>
    Array.from({ length: d }, (__, i) => w[i * outputs + k]!),
  );
  const lossOf = (delta: readonly number[]): number =>
    rows.reduce((sum, row) => sum + row.reduce((dot, v, i) => dot + v * delta[i]!, 0) ** 2, 0);

  const eps = 0.7;
  const attacks = [fgm, pgd, linearised, apgd];

  const lossesAt = (attack: ReturnType<typeof linearised>): Float32Array => {
    const { x, y } = batch(n, d);
    const target = tf.tidy(() => f(x));
    const found = attack.perturb(f, x, target, eps);
    tf.dispose([x, y, target, found.x]);
    return take(found.loss);
  };

  it.each(attacks)('are attacked along the top singular direction in l2 (%#)', (make) => {
    // The greatest eigenvalue of J J', by a power method in float64 that runs until nothing changes.
    const gram = rows.map((a) => rows.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)));
    let u = [1, 1, 1];
    let largest = 0;
    for (let turn = 0; turn < 10_000; turn++) {
      const next = gram.map((row) => row.reduce((sum, v, k) => sum + v * u[k]!, 0));
      largest = Math.hypot(...next);
      u = next.map((v) => v / largest);
    }
    // A power method of 16 turns stops short of the end by less than this.
    for (const loss of lossesAt(make({ norm: 'l2' })))
      expect(Math.abs(loss / (largest * eps ** 2) - 1)).toBeLessThan(1e-3);
  });

  it.each(attacks)('are attacked at the best corner in l1 (%#)', (make) => {
    const corners = Array.from({ length: d }, (_, i) =>
      lossOf(Array.from({ length: d }, (__, j) => (i === j ? eps : 0))),
    );
    const exact = Math.max(...corners);
    for (const loss of lossesAt(make({ norm: 'l1' }))) expect(Math.abs(loss / exact - 1)).toBeLessThan(1e-4);
  });

  it.each(attacks)('are attacked better than any one output is in linf (%#)', (make) => {
    // Exact for each output by itself; the maximum over all outputs is no less.
    const single = Math.max(...rows.map((row) => lossOf(row.map((v) => eps * Math.sign(v)))));
    for (const loss of lossesAt(make({ norm: 'linf' }))) expect(loss).toBeGreaterThan(single * (1 - 1e-4));
  });

  it('leave to the worse of two sides', () => {
    // Downwards the outputs saturate, upwards they do not.
    const bent = (x: tf.Tensor) =>
      tf
        .tidy(() => f(x))
        .elu()
        .neg();
    const x = tf.zeros([1, d]);
    const y = tf.zeros([1, outputs]);
    const lossBy = (model: typeof f, bothSides: boolean): number => {
      const found = fgm({ bothSides }).perturb(model, x, y, 2);
      found.x.dispose();
      return take(found.loss)[0]!;
    };
    const mirrored = (x: tf.Tensor) => bent(x.neg());
    const [both, other] = [lossBy(bent, true), lossBy(mirrored, true)];
    // float32, in two directions that are one
    expect(Math.abs(both / other - 1)).toBeLessThan(1e-4);
    // Without the choice, one of the two goes the wrong way.
    expect(Math.min(lossBy(bent, false), lossBy(mirrored, false))).toBeLessThan(0.7 * both);
    tf.dispose([x, y]);
  });

  it('are attacked also where there are more of them than are looked at one by one', () => {
    const many = gaussian(d * 25, 'many outputs');
    const wide = (x: tf.Tensor) => tf.matMul(x, tf.tensor2d(many, [d, 25]));
    const { x, y } = batch(n, d);
    const target = tf.tidy(() => wide(x));
    const count = tf.memory().numTensors;
    const found = pgd().perturb(wide, x, target, eps);
    expect(tf.memory().numTensors).toBe(count + 2);
    // The best single output is a lower bound of what can be had.
    const columns = Array.from({ length: 25 }, (_, k) =>
      Array.from({ length: d }, (__, i) => many[i * 25 + k]! ** 2).reduce((p, q) => p + q),
    );
    for (const loss of found.loss.dataSync()) expect(loss).toBeGreaterThan(eps ** 2 * Math.max(...columns));
    tf.dispose([x, y, target, { ...found }]);
  });
});
