import { describe, expect, it } from 'vitest';
import type { ModelFunction } from '../../src/attacks/index.ts';
import { normNames } from '../../src/attacks/norms/index.ts';
import { type SanityCheck, sanityChecks } from '../../src/evaluation/sanityChecks.ts';
import { tf } from '../../src/runtime/tf.ts';
import { batch, featuresModel, gaussian, linearModel, trainedModel } from '../attacks/problems.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

const n = 48;
const d = 20;
const EPS = { l2: 0.5, linf: 0.15, l1: 1.5 };

await quickRuntime();

const byName = (checks: SanityCheck[], part: string): SanityCheck =>
  checks.find(({ name }) => name.includes(part))!;

describe.each(normNames)('sanity checks in %s', (norm) => {
  const models: [string, () => Promise<tf.LayersModel | ModelFunction>][] = [
    ['a linear model', async () => linearModel(d).f],
    ['a random-features model', async () => featuresModel(d, 60)],
    ['a small trained network', () => trainedModel(d)],
  ];

  it.each(models)('all pass on %s, and say what they measured', async (kind, build) => {
    const model = await build();
    const { x, y } = batch(n, d);
    const count = tf.memory().numTensors;
    // The default, 20, where that many are needed.
    const few = kind === 'a small trained network' ? {} : { steps: sized(8, 20) };
    const checks = await sanityChecks(model, x, y, { norm, eps: EPS[norm], ...few });
    expect(tf.memory().numTensors).toBe(count);
    expect(checks.filter(({ passed }) => passed === false)).toEqual([]);
    expect(byName(checks, 'exact').passed).toBe(kind === 'a linear model' ? true : null);
    expect(checks).toHaveLength(12);
    const { means } = byName(checks, 'rises with eps').measured as { means: number[] };
    expect(means).toHaveLength(5);
    expect(means[4]).toBeGreaterThan(means[0]!);
    for (const { finding, measured } of checks) {
      expect(finding).not.toMatch(/NaN(?! or)|undefined/);
      expect(Object.keys(measured).length).toBeGreaterThan(0);
    }
    tf.dispose([x, y]);
    if (typeof model !== 'function') model.dispose();
  });
});

describe('sanity checks', () => {
  const failed = async (f: ModelFunction): Promise<string[]> => {
    const { x, y } = batch(n, d);
    const checks = await sanityChecks(f, x, y, { eps: 0.5 });
    tf.dispose([x, y]);
    return checks.filter(({ passed }) => passed === false).map(({ name }) => name);
  };
  const { f, w } = linearModel(d);

  it('find masked gradients, and that PGD then loses to random noise', async () => {
    const masked = tf.customGrad((x) => ({
      value: f(x as tf.Tensor),
      gradFunc: () => tf.zerosLike(x as tf.Tensor),
    }));
    const names = await failed(masked as ModelFunction);
    expect(names).toContain('gradients are not masked');
    expect(names).toContain('random noise is not above PGD');
    expect(names).toContain('random directions are not above PGD');
    expect(names).toContain('gradients are those of finite differences');
    expect(names).toContain('an unbounded attack fails every sample');
  });

  /** The identity, of whose gradient only the share along `mask` passes. */
  const blocking = (mask: readonly number[]) =>
    tf.customGrad((x) => ({
      value: (x as tf.Tensor).clone(),
      gradFunc: (dy: tf.Tensor) => dy.mul(tf.tensor2d(mask.slice(), [1, d])),
    })) as ModelFunction;
  const halfOf = (_: unknown, j: number) => (j % 2 === 0 ? 1 : 0);
  const every = Array.from({ length: d }, () => 1);

  it.each<[string, (model: ModelFunction) => ModelFunction]>([
    ['half of the inputs', (model) => (x) => model(blocking(every.map(halfOf))(x))],
    ['one input of twenty', (model) => (x) => model(blocking(every.with(3, 0))(x))],
    ['half of the slope', (model) => (x) => model(blocking(every.map(() => 0.5))(x))],
    [
      'one of two branches',
      (model) => (x) => model(x).add(tf.sum(tf.sin(blocking(every.map(() => 0))(x)), 1, true)),
    ],
  ])('find a model that blocks the gradient of %s', async (_, block) => {
    const network = featuresModel(d, 60);
    const { x, y } = batch(n, d);
    const before = tf.memory().numTensors;
    const blocked = block((at) => network.apply(at) as tf.Tensor);
    const checks = await sanityChecks(blocked, x, y, { eps: 0.5, steps: 3 });
    expect(tf.memory().numTensors).toBe(before);
    const found = byName(checks, 'finite differences');
    expect(found.passed).toBe(false);
    expect(found.measured.wrong).toBeGreaterThan(n / 4);
    tf.dispose([x, y]);
  });

  it('name noise in the model for what it is, and draw nothing else from it', async () => {
    const noise = tf.layers.gaussianNoise({ stddev: 0.1 });
    const noisy: ModelFunction = (x) => f(noise.apply(x, { training: true }) as tf.Tensor);
    const { x, y } = batch(n, d);
    const checks = await sanityChecks(noisy, x, y, { eps: 0.5, steps: 3 });
    const [same, ...others] = checks;
    expect(same).toMatchObject({ name: 'the same input gives the same output', passed: false });
    expect(others).toHaveLength(11);
    for (const { passed, finding } of others) {
      expect(passed).toBeNull();
      expect(finding).toMatch(/; the outputs are random, so nothing follows$/);
    }
    tf.dispose([x, y]);
  });

  it('find that an unbounded attack fails where the model hides what lies beyond a distance', async () => {
    // Honest within 1 of each sample, constant beyond as far as the gradient tells: the reach of the others stays hidden.
    const { x, y } = batch(n, d);
    const near = tf.customGrad((point) => ({
      value: f(point as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        const rows = dy.shape[0]! / n;
        const moved = tf.norm((point as tf.Tensor).sub(tf.concat(Array(rows).fill(x))), 2, 1, true);
        return tf.matMul(dy.mul(moved.less(1).toFloat()), tf.tensor2d(w, [1, d]));
      },
    })) as ModelFunction;
    const checks = await sanityChecks((point) => near(point), x, y, { eps: 0.5 });
    expect(byName(checks, 'finite differences').passed).toBe(true);
    expect(byName(checks, 'unbounded').passed).toBe(false);
    tf.dispose([x, y]);
  });

  it('pass on classes within bounds', async () => {
    const { x, y } = batch(n, d);
    const wide = tf.tensor2d(gaussian(3 * d, 'three classes'), [d, 3]);
    const classes = tf.argMax(tf.matMul(x, wide), 1);
    const inBox = tf.sigmoid(x);
    for (const loss of ['cross-entropy', 'dlr'] as const) {
      const model: ModelFunction = (point) => tf.matMul(point.sub(0.5).mul(4) as tf.Tensor2D, wide);
      const checks = await sanityChecks(model, inBox, classes, {
        eps: 0.1,
        loss,
        bounds: [0, 1],
        norm: 'linf',
        steps: sized(8, 20),
      });
      expect(checks.filter(({ passed }) => passed === false)).toEqual([]);
    }
    tf.dispose([x, y, wide, classes, inBox]);
  });

  it.each([
    [{ epsilon: 0.5 }, 'invalid epsilon: 0.5 (expected an option of sanityChecks: eps?)'],
    [{ eps: 0.5, targeted: true }, 'invalid targeted: true (expected an option of sanityChecks: '],
    [{ eps: 0.5, steps: 0 }, 'invalid steps: 0'],
    [undefined, 'invalid eps: undefined'],
  ])('refuse %o', async (options, message) => {
    const { x, y } = batch(n, d);
    await expect(sanityChecks(f, x, y, options as never)).rejects.toThrow(message);
    tf.dispose([x, y]);
  });

  it('count the samples with NaN, zero and vanishing gradients', async () => {
    const factors = tf.tensor2d(
      Array.from({ length: n }, (_, i) => (i === 0 ? Number.NaN : i < 3 ? 0 : i < 7 ? 1e-12 : 1)),
      [n, 1],
    );
    const odd = tf.customGrad((x) => ({
      value: f(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => {
        const rows = dy.shape[0] === n ? factors : tf.concat([factors, factors]);
        return tf.matMul(dy.mul(rows), tf.ones([d, 1]), false, true);
      },
    })) as ModelFunction;
    const { x, y } = batch(n, d);
    const checks = await sanityChecks(odd, x, y, { eps: 0.5 });
    expect(byName(checks, 'masked').measured).toMatchObject({
      notANumber: 1,
      zero: 2,
      vanishing: 4,
      count: n,
    });
    tf.dispose([x, y, factors]);
  });

  it('find gradients that point across the slope', async () => {
    const wrong = tf.tensor2d(
      w.map((_, j) => (j % 2 ? -w[j - 1]! : w[j + 1]!)),
      [1, d],
    );
    const across = tf.customGrad((x) => ({
      value: f(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.matMul(dy, wrong),
    })) as ModelFunction;
    expect(await failed(across)).toContain('random directions are not above PGD');
    wrong.dispose();
  });
});
