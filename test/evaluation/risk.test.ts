import { beforeAll, describe, expect, it } from 'vitest';
import { pgd } from '../../src/attacks/index.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { tf } from '../../src/runtime/tf.ts';
import { featuresModel, linearModel } from '../attacks/problems.ts';
import { testRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

const d = 30;

beforeAll(async () => {
  await testRuntime();
});

describe('risks', () => {
  it('agree with the closed form of a linear model on Gaussian data within four standard errors', async () => {
    const tau = 0.5;
    const epsilons = [0.2, 0.5, 1];
    const source = teacher({ d, tau, seed: 'closed form' });
    const w = Float32Array.from(source.beta, (b, i) => 0.6 * b + 0.1 * Math.cos(i));
    const weights = tf.tensor2d(w, [d, 1]);
    const found = await risks((x) => tf.matMul(x, weights), source.sample('test', 20_000), {
      attack: pgd(),
      epsilons,
    });
    weights.dispose();
    const error = w.reduce((sum, wi, i) => sum + (wi - source.beta[i]!) ** 2, tau ** 2);
    const q = Math.hypot(...w);
    const within = ({ value, standardError }: { value: number; standardError: number }, truth: number) =>
      expect(Math.abs(value - truth) / standardError).toBeLessThan(4);
    within(found.standard, error);
    epsilons.forEach((eps, k) => {
      // E (|r| + eps q)^2 for r ~ N(0, error).
      within(
        found.adversarial[k]!,
        error + 2 * Math.sqrt(2 / Math.PI) * eps * q * Math.sqrt(error) + (eps * q) ** 2,
      );
    });
    expect(found.standard.count).toBe(20_000);
  });

  it('are the standard risk exactly at eps 0, no less beyond it, and grow with eps', async () => {
    const model = featuresModel(d, 60);
    const data = teacher({ d, tau: 0.5 }).sample('test', 300);
    const { standard, adversarial } = await risks(model, data, {
      attack: pgd(),
      epsilons: [0, 0.1, 0.3, 0.9],
    });
    expect(adversarial[0]).toEqual(standard);
    for (let k = 1; k < adversarial.length; k++)
      expect(adversarial[k]!.value).toBeGreaterThan(adversarial[k - 1]!.value);
    model.dispose();
  });

  it('do not depend on how the rows are batched', async () => {
    const model = featuresModel(d, 60);
    const source = teacher({ d, tau: 0.5 });
    const options = { attack: pgd(), epsilons: [0.4] };
    const whole = await risks(model, source.sample('test', 500), options);
    const cut = await risks(model, source.sample('test', 500), { ...options, batchSize: 37 });
    const streamed = await risks(model, source.batches('test', 500, 64), options);
    // Sums in another order, in float32.
    for (const other of [cut, streamed]) {
      expect(other.standard.count).toBe(500);
      expect(Math.abs(other.standard.value / whole.standard.value - 1)).toBeLessThan(1e-5);
      expect(Math.abs(other.adversarial[0]!.value / whole.adversarial[0]!.value - 1)).toBeLessThan(1e-5);
      expect(
        Math.abs(other.adversarial[0]!.standardError / whole.adversarial[0]!.standardError - 1),
      ).toBeLessThan(1e-4);
    }
    model.dispose();
  });

  it('leave no tensor behind', async () => {
    const model = featuresModel(d, 60);
    const data = teacher({ d }).sample('test', 100);
    const count = tf.memory().numTensors;
    await risks(model, data, { attack: pgd({ randomStart: true }), epsilons: [0.4, 0.5], batchSize: 30 });
    expect(tf.memory().numTensors).toBe(count);
    model.dispose();
  });

  it('leave no tensor behind when the data, the model or the attack fails either', async () => {
    const { f } = linearModel(d);
    const data = teacher({ d }).sample('test', 10);
    const attack = pgd();
    const failing = {
      ...attack,
      perturbEach: () => {
        throw new Error('no budgets');
      },
    };
    const holes = { ...data, x: data.x.map((value, i) => (i === 3 ? Number.NaN : value)) };
    const count = tf.memory().numTensors;
    await expect(risks(f, holes, { attack, epsilons: [0.1] })).rejects.toThrow('invalid x: NaN');
    await expect(risks(f, data, { attack: failing, epsilons: [0.1] })).rejects.toThrow('no budgets');
    await expect(
      risks((x) => f(x).mul(Number.POSITIVE_INFINITY), data, { attack, epsilons: [0.1] }),
    ).rejects.toThrow('invalid model');
    expect(tf.memory().numTensors).toBe(count);
  });

  it('of many rows need no more memory than those of few, give or take half of theirs', async () => {
    // 250 float32 entries a row: all rows are 100 MB, or 200, which must not be held at once.
    const many = sized(100_000, 200_000);
    const wide = 250;
    const model = featuresModel(wide, 4);
    const once = teacher({ d: wide, tau: 0.5 }).sample('test', 500);
    /** The same rows again and again, in memory of their own. */
    const rowsOf = function* (rows: number): Generator<Dataset> {
      for (let n = 0; n < rows; n += once.n) yield { ...once, x: once.x.slice(), y: once.y.slice() };
    };
    let peak = 0;
    const watched = function* (rows: Iterable<Dataset>): Generator<Dataset> {
      for (const part of rows) {
        peak = Math.max(peak, process.memoryUsage().rss);
        yield part;
      }
    };
    const options = { attack: pgd({ steps: 1, relStepSize: 1 }), epsilons: [0.5] };
    const run = (rows: number) => risks(model, watched(rowsOf(rows)), options);
    await run(2_000);
    const small = peak;
    expect((await run(many)).standard.count).toBe(many);
    expect(peak - small).toBeLessThan((many * wide * 4) / 2);
    model.dispose();
  });

  it('refuse bad input by name', async () => {
    const { f } = linearModel(d);
    const data = teacher({ d }).sample('test', 10);
    const refusal = (act: Promise<unknown>) => act.catch((error: unknown) => error);
    const argumentOf = async (act: Promise<unknown>) => {
      const error = await refusal(act);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      return (error as InvalidArgumentError).argument;
    };
    const attack = pgd();
    for (const eps of [-1, Number.NaN])
      expect(await argumentOf(risks(f, data, { attack, epsilons: [0.1, eps] }))).toBe('eps');
    expect(await argumentOf(risks(f, data, { attack, epsilons: [0.1], batchSize: 0 }))).toBe('batchSize');
    expect(await argumentOf(risks(f, { ...data, y: data.y.slice(1) }, { attack, epsilons: [0.1] }))).toBe(
      'y',
    );
    const wide = (x: tf.Tensor) => tf.tile(f(x), [1, 2]);
    expect(await argumentOf(risks(wide, data, { attack, epsilons: [0.1] }))).toBe('model output shape');
  });
});
