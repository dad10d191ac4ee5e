import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AttackName,
  attackNamed,
  attackNames,
  crossEntropyLoss,
  errorAbove,
  errorWithin,
  misclassified,
  pgd,
  reachedTarget,
} from '../../src/attacks/index.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { distances, gaussian, linearModel, take } from './problems.ts';

const n = 24;
const d = 10;

beforeAll(async () => {
  await testRuntime();
});

/** A linear classifier by sign, and labels that are right where |f| is not tiny. */
function signs() {
  const { f, w } = linearModel(d, 'signs');
  const x = tf.tensor2d(gaussian(n * d, 'signs', 'x'), [n, d]);
  const outputs = take(tf.tidy(() => f(x).reshape([-1])));
  const y = tf.tensor2d(
    Array.from(outputs, (o) => (o > 0 ? 1 : -1)),
    [n, 1],
  );
  return { f, w, x, y, outputs };
}

describe('an output of exactly 0', () => {
  it('has no sign: it is misclassified, and no target is reached', () => {
    const y = tf.tensor2d([1, -1], [2, 1]);
    const reached = ({ reached: of }: typeof misclassified) => [
      ...take(tf.tidy(() => of(tf.zeros([2, 1]), y))),
    ];
    expect(reached(misclassified)).toEqual([1, 1]);
    expect(reached(reachedTarget)).toEqual([0, 0]);
    y.dispose();
  });
});

describe('success', () => {
  it.each(['squared', 'absolute', 'margin'] as const)(
    'of the %s loss is a misclassification within eps, not the largest loss',
    async (loss) => {
      // Far up is as good for the squared loss as far down; only one of them is another class.
      const { f, w, x, y, outputs } = signs();
      const eps = Math.max(...outputs.map(Math.abs)) / Math.hypot(...w) + 0.01;
      const small = 0.3 * eps;
      const run = await pgd({ loss }).run(f, x, y, { epsilons: [small, eps], criterion: misclassified });
      const success = run.success!.dataSync();
      const margins = Array.from(outputs, (o) => Math.abs(o) / Math.hypot(...w));
      margins.forEach((margin, i) => {
        // The exact answer of a linear model; 1e-3 about the boundary is left to float32.
        if (Math.abs(margin - small) > 1e-3) expect(success[i] === 1).toBe(margin < small);
        expect(success[n + i]).toBe(1);
      });
      const reached = take(tf.tidy(() => misclassified.reached(f(run.x[1]!), y).toFloat()));
      expect(reached.every((value) => value === 1)).toBe(true);
      for (const distance of distances('l2', run.x[1]!, x))
        expect(distance).toBeLessThanOrEqual(eps * (1 + 1e-5));
      run.dispose();
      tf.dispose([x, y]);
    },
  );

  it('is judged at every iterate, where a later one has the greater loss', async () => {
    // The loss leads along x from 0 to 2; only near x = 0.5 is the criterion reached.
    const f = (x: tf.Tensor) => tf.concat([x, tf.square(x.sub(0.5))], 1);
    const loss = { name: 'position', value: (p: tf.Tensor) => p.slice([0, 0], [-1, 1]).reshape([-1]) };
    const near = {
      name: 'near a half',
      reached: (p: tf.Tensor) => p.slice([0, 1], [-1, 1]).less(0.01).reshape([-1]),
    };
    const x = tf.zeros([1, 1]);
    const y = tf.zeros([1, 1]);
    const found = async (useBest: boolean, criterion?: typeof near) => {
      const attack = pgd({ loss: { ...loss, targets: 'any' }, steps: 8, stepSize: 0.25, useBest });
      const run = await attack.run(f, x, y, { epsilons: [2], ...(criterion && { criterion }) });
      const values = [run.x[0]!, run.loss, ...(run.success ? [run.success] : [])].map(
        (t) => t.dataSync()[0]!,
      );
      run.dispose();
      return values;
    };
    expect(await found(true)).toEqual([2, 2]);
    expect(await found(true, near)).toEqual([0.5, 0.5, 1]);
    expect(await found(false, near)).toEqual([2, 2, 0]);
    const data = { n: 1, d: 1, x: new Float32Array(1), y: new Float32Array(1) };
    const attack = pgd({ loss: { ...loss, targets: 'any' }, steps: 8, stepSize: 0.25 });
    const { curve } = await robustRisk(f, data, attack, { epsilons: [2], criterion: near });
    expect([curve[0]!.risk.value, curve[0]!.success!.value]).toEqual([2, 1]);
    tf.dispose([x, y]);
  });

  it.each(attackNames)(
    'of %s is never lost by an eps > 0, and leaves the risk as it is',
    async (name: AttackName) => {
      const { f, x, y } = signs();
      // A third of the labels is wrong as it is.
      const labels = y.mul(
        tf.tensor2d(
          Array.from({ length: n }, (_, i) => (i % 3 ? 1 : -1)),
          [n, 1],
        ),
      );
      const attack = attackNamed(name);
      const data = { n, d, x: x.dataSync() as Float32Array, y: labels.dataSync() as Float32Array };
      const count = tf.memory().numTensors;
      const plain = await robustRisk(f, data, attack, { epsilons: [0, 0.5] });
      const judged = await robustRisk(f, data, attack, {
        epsilons: [0, 0.5],
        criterion: misclassified,
        batchSize: 7,
      });
      expect(tf.memory().numTensors).toBe(count);
      judged.curve.forEach(({ risk }, k) => {
        // float32 sums in other batches.
        expect(Math.abs(risk.value / plain.curve[k]!.risk.value - 1)).toBeLessThan(1e-5);
      });
      expect(judged.curve[0]!.success!.value).toBeCloseTo(1 / 3, 6);
      expect(judged.curve[1]!.success!.value).toBeGreaterThanOrEqual(1 / 3 - 1e-6);
      const run = await attack.run(f, x, labels, { epsilons: [0.5], criterion: misclassified });
      const there = take(tf.tidy(() => misclassified.reached(f(run.x[0]!), labels).toFloat()));
      const value = take(tf.tidy(() => tf.squaredDifference(f(run.x[0]!), labels).reshape([-1])));
      run.success!.dataSync().forEach((success, i) => {
        expect(success).toBe(there[i]);
      });
      run.loss.dataSync().forEach((loss, i) => {
        expect(Math.abs(loss - value[i]!)).toBeLessThan(1e-4 * (1 + value[i]!));
      });
      run.dispose();
      expect(tf.memory().numTensors).toBe(count);
      tf.dispose([x, y, labels]);
    },
  );
});

describe('targeted attacks', () => {
  it('succeed where the class is the target, and go there', async () => {
    const weights = tf.tensor2d(gaussian(4 * d, 'targets'), [d, 4]);
    const f = (rows: tf.Tensor) => tf.matMul(rows, weights);
    const x = tf.tensor2d(gaussian(n * d, 'targets', 'x'), [n, d]);
    const wanted = tf.tidy(() => tf.argMax(f(x), 1).add(1).mod(tf.scalar(4, 'int32')).toFloat());
    const attack = pgd({ loss: crossEntropyLoss, targeted: true, steps: 20 });
    const run = await attack.run(f, x, wanted, { epsilons: [0, 8], criterion: reachedTarget });
    const success = run.success!.dataSync();
    const classes = tf.tidy(() => tf.argMax(f(run.x[1]!), 1)).dataSync();
    const goals = wanted.dataSync();
    for (let i = 0; i < n; i++) {
      expect(success[i]).toBe(0);
      expect(success[n + i] === 1).toBe(classes[i] === goals[i]);
    }
    expect(success.slice(n).filter(Boolean).length).toBeGreaterThan(n / 2);
    run.dispose();
    tf.dispose([weights, x, wanted]);
  });

  it('of one output succeed by its sign, or near enough to a value', async () => {
    const { f, w, x, outputs } = signs();
    const goal = tf.tensor2d(
      Array.from(outputs, (o) => (o > 0 ? -1 : 1)),
      [n, 1],
    );
    const eps = 0.5;
    const attack = pgd({ targeted: true, steps: 40 });
    const bySign = await attack.run(f, x, goal, { epsilons: [eps], criterion: reachedTarget });
    const byValue = await attack.run(f, x, goal, { epsilons: [eps], criterion: errorWithin(0.5) });
    outputs.forEach((o, i) => {
      const reach = eps * Math.hypot(...w);
      // A step is 2.5 / 40 of the reach.
      if (Math.abs(Math.abs(o) - reach) > reach / 16)
        expect(bySign.success!.dataSync()[i] === 1).toBe(Math.abs(o) < reach);
      if (Math.abs(Math.abs(o) + 0.5 - reach) > reach / 16)
        expect(byValue.success!.dataSync()[i] === 1).toBe(Math.abs(o) + 0.5 < reach);
    });
    bySign.dispose();
    byValue.dispose();
    tf.dispose([x, goal]);
  });

  it('refuse criteria of untargeted ones, and the other way round', async () => {
    const { f, x, y } = signs();
    const refusal = (targeted: boolean, criterion: typeof misclassified) =>
      expect(pgd({ targeted }).run(f, x, y, { epsilons: [0.1], criterion })).rejects.toThrow;
    await refusal(true, misclassified)(/^invalid criterion: "misclassified" .*reachedTarget/);
    await refusal(true, errorAbove(1))(/^invalid criterion: "error above 1"/);
    await refusal(false, reachedTarget)(/^invalid criterion: "reached the target" .*misclassified/);
    await refusal(false, errorWithin(1))(/^invalid criterion: "error within 1"/);
    tf.dispose([x, y]);
  });
});
