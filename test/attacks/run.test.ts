import { beforeAll, describe, expect, it } from 'vitest';
import { type Attack, apgd, errorAbove, pgd, type RunOptions, squaredLoss } from '../../src/attacks/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, distances, featuresModel, linearModel, rowsOf } from './problems.ts';

const n = 50;
const d = 20;

beforeAll(async () => {
  await testRuntime();
});

describe('attack.run', () => {
  it('gives inputs, losses and the clean loss for every eps, the same in any batches', async () => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const count = tf.memory().numTensors;
    const epsilons = [0, 0.2, 0.7];
    const whole = await pgd().run(model, x, y, { epsilons });
    const cut = await pgd().run(model, x, y, { epsilons, batchSize: 7 });
    expect(whole.x.map((found) => found.shape)).toEqual([x.shape, x.shape, x.shape]);
    expect(whole.loss.shape).toEqual([3, n]);
    expect(whole.cleanLoss.shape).toEqual([n]);
    expect(whole.success).toBeNull();
    expect(whole.x[0]!.dataSync()).toEqual(x.dataSync());
    expect(rowsOf(whole.loss)[0]).toEqual(whole.cleanLoss.dataSync());
    const single = pgd().perturb(model, x, y, 0.7);
    expect(rowsOf(whole.loss)[2]).toEqual(single.loss.dataSync());
    const others = cut.loss.dataSync();
    whole.loss.dataSync().forEach((loss, i) => {
      expect(Math.abs(loss - others[i]!)).toBeLessThan(1e-5 * (1 + loss));
    });
    whole.dispose();
    cut.dispose();
    tf.dispose({ ...single });
    expect(tf.memory().numTensors).toBe(count);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('takes nested and typed arrays for tensors, keeps none of them, and refuses ragged ones', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const options = { epsilons: [0.3] };
    const expected = await pgd().run(f, x, y, options);
    const count = tf.memory().numTensors;
    const rows = rowsOf(x);
    for (const [xs, ys] of [
      [x.arraySync() as number[][], y.arraySync() as number[][]],
      [rows, y.dataSync() as Float32Array],
      [rows.map((row) => [...row]), [...y.dataSync()]],
    ] as const) {
      const run = await pgd().run(f, xs, ys, options);
      expect(run.x[0]!.dataSync()).toEqual(expected.x[0]!.dataSync());
      expect(run.loss.dataSync()).toEqual(expected.loss.dataSync());
      run.dispose();
      expect(tf.memory().numTensors).toBe(count);
    }
    const ragged = [...rows.slice(1).map((row) => [...row]), [1, 2]];
    await expect(pgd().run(f, ragged, y, options)).rejects.toThrow(/^invalid x: .*rows of one length/);
    await expect(pgd().run(f, rows, [1, 2], options)).rejects.toThrow(/^invalid y: "2 rows"/);
    await expect(pgd().run(f, rows[0]!, y, options)).rejects.toThrow(/^invalid x: "shape \[20\]"/);
    expect(tf.memory().numTensors).toBe(count);
    expected.dispose();
    tf.dispose([x, y]);
  });

  it.each(['l2', 'linf', 'l1'] as const)('takes a budget for each sample, in %s', async (norm) => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const each = Array.from({ length: n }, (_, i) => (i % 5) * 0.2);
    for (const attack of [pgd({ norm }), apgd({ norm, steps: 20, restarts: 2 })]) {
      const run = await attack.run(model, x, y, { epsilons: [each], batchSize: 20 });
      const [clean, found] = [run.cleanLoss.dataSync(), run.loss.dataSync()];
      distances(norm, run.x[0]!, x).forEach((distance, i) => {
        expect(distance).toBeLessThanOrEqual(each[i]! * (1 + 1e-5));
        if (each[i] === 0) expect(Math.abs(found[i]! - clean[i]!)).toBeLessThan(1e-5 * (1 + clean[i]!));
        else expect(found[i]!).toBeGreaterThan(clean[i]!);
      });
      run.dispose();
    }
    tf.dispose([x, y]);
    model.dispose();
  });

  it('counts successes only where a criterion is given', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const run = await pgd().run(f, x, y, { epsilons: [0, 1], criterion: errorAbove(2), batchSize: 30 });
    const loss = run.loss.dataSync();
    expect(run.success!.shape).toEqual([2, n]);
    run.success!.dataSync().forEach((success, i) => {
      expect(success === 1).toBe(Math.sqrt(loss[i]!) > 2);
    });
    run.dispose();
    tf.dispose([x, y]);
  });

  it('refuses what is wrong with the data, the model or the options by name, and keeps no tensor', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const broken = (t: tf.Tensor) => {
      const rows = t.dataSync().slice();
      rows[3] = Number.NaN;
      return tf.tensor(rows, t.shape);
    };
    const [badX, badY] = [broken(x), broken(y)];
    const count = tf.memory().numTensors;
    const refusal = async (
      attack: Attack,
      inputs: tf.Tensor,
      targets: tf.Tensor,
      options: Partial<RunOptions>,
    ) => {
      const error = await attack.run(f, inputs, targets, { epsilons: [0.1], ...options }).then(
        () => null,
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(InvalidArgumentError);
      return (error as InvalidArgumentError).message;
    };
    expect(await refusal(pgd(), badX, y, {})).toMatch(/^invalid x: "1 NaN or infinite values"/);
    expect(await refusal(pgd(), x, badY, {})).toMatch(/^invalid y: "1 NaN or infinite values"/);
    expect(await refusal(pgd({ bounds: [0, 1] }), x, y, {})).toMatch(
      /^invalid x: "\d+ values outside".*\[0,1\]/,
    );
    expect(await refusal(pgd(), x, y, { epsilons: [-1] })).toMatch(/^invalid eps: -1/);
    expect(await refusal(pgd(), x, y, { epsilons: [[0.1, 0.2]] })).toMatch(/^invalid eps: "2 values"/);
    expect(await refusal(pgd(), x, y, { epsilons: [Array(n).fill(Number.NaN)] })).toMatch(
      /^invalid eps: NaN/,
    );
    expect(await refusal(pgd(), x, y, { batchSize: 0 })).toMatch(/^invalid batchSize: 0/);
    expect(tf.memory().numTensors).toBe(count);
    tf.dispose([x, y, badX, badY]);
  });

  it('refuses x without rows by name', async () => {
    const model = featuresModel(d, 50);
    const x = tf.zeros([0, d]);
    const y = tf.zeros([0, 1]);
    await expect(pgd().run(model, x, y, { epsilons: [0.1] })).rejects.toThrow(
      `invalid x: [0, ${d}] (expected at least one row)`,
    );
    tf.dispose([x, y]);
    model.dispose();
  });

  it('refuses a model that answers NaN', async () => {
    const { x, y } = batch(n, d);
    const nan = (rows: tf.Tensor) => tf.sum(rows, 1, true).mul(Number.NaN);
    await expect(pgd().run(nan, x, y, { epsilons: [0.1] })).rejects.toThrow(/^invalid model: .*clean loss/);
    tf.dispose([x, y]);
  });

  it('keeps the last good input of a sample whose gradient turns NaN on the way', async () => {
    // The square root has no gradient beyond its domain: the prediction is NaN there.
    const f = (rows: tf.Tensor) => tf.sqrt(tf.sum(rows, 1, true).add(1));
    const x = tf.zeros([1, 2]);
    const y = tf.ones([1, 1]);
    const found = pgd({ steps: 5, relStepSize: 1 }).perturb(f, x, y, 3);
    const loss = found.loss.dataSync()[0]!;
    expect(Number.isFinite(loss)).toBe(true);
    const there = tf.tidy(() => squaredLoss.value(f(found.x), y));
    expect(there.dataSync()[0]).toBeCloseTo(loss, 5);
    tf.dispose([x, y, there, found.x, found.loss]);
  });
});
