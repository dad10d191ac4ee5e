import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelFunction } from '../../src/attacks/index.ts';
import { normNames } from '../../src/attacks/norms/index.ts';
import { type SanityCheck, sanityChecks } from '../../src/evaluation/sanityChecks.ts';
import { tf } from '../../src/runtime/tf.ts';
import { batch, featuresModel, linearModel, trainedModel } from '../attacks/problems.ts';
import { testRuntime } from '../support/runtime.ts';

const n = 48;
const d = 20;
const EPS = { l2: 0.5, linf: 0.15, l1: 1.5 };

beforeAll(async () => {
  await testRuntime();
});

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
    const checks = await sanityChecks(model, x, y, { norm, eps: EPS[norm] });
    expect(tf.memory().numTensors).toBe(count);
    expect(checks.filter(({ passed }) => passed === false)).toEqual([]);
    expect(byName(checks, 'exact').passed).toBe(kind === 'a linear model' ? true : null);
    expect(checks).toHaveLength(9);
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
