import { beforeAll, describe, expect, it } from 'vitest';
import { minimalNorm, misclassified, pgd } from '../../src/attacks/index.ts';
import { normNames } from '../../src/attacks/norms/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, distances, gaussian, hostDual, linearModel, take, trainedModel } from './problems.ts';

const n = 40;
const d = 20;

beforeAll(async () => {
  await testRuntime();
});

describe.each(normNames)('the minimal-norm attack in %s', (norm) => {
  it('finds the distance c / |w|_dual at which a linear model has moved by c', () => {
    const { f, w } = linearModel(d);
    const { x, y } = batch(n, d);
    const count = tf.memory().numTensors;
    const found = minimalNorm({ norm, moveBy: 0.6 }).perturb(f, x, y);
    expect(tf.memory().numTensors).toBe(count + 2);
    const exact = 0.6 / hostDual[norm](w);
    // Twelve bisections of an overshoot of one per cent.
    for (const distance of found.distance.dataSync())
      expect(Math.abs(distance / exact - 1)).toBeLessThan(1e-3);
    distances(norm, found.x, x).forEach((distance, i) => {
      expect(Math.abs(distance / found.distance.dataSync()[i]! - 1)).toBeLessThan(1e-4);
    });
    const moved = take(tf.tidy(() => tf.abs(f(found.x).sub(f(x)))));
    for (const by of moved) expect(by).toBeGreaterThanOrEqual(0.6 * (1 - 1e-5));
    tf.dispose([x, y, found.x, found.distance]);
  });

  it('reaches its goal on a trained network, at no more than the budget PGD needs for it', async () => {
    const model = await trainedModel(d);
    const { x, y } = batch(n, d);
    const moveBy = 0.5;
    const start = model.predict(x) as tf.Tensor;
    const found = minimalNorm({ norm, moveBy }).perturb(model, x, y);
    const distance = found.distance.dataSync();
    const moved = take(tf.tidy(() => tf.abs((model.predict(found.x) as tf.Tensor).sub(start))));
    for (const by of moved) expect(by).toBeGreaterThanOrEqual(moveBy * (1 - 1e-4));
    // PGD with a tenth less than that distance does not get there, but for a few samples.
    const less = Array.from(distance, (v) => 0.9 * v);
    const attacked = pgd({ norm, steps: 40 }).perturb(model, x, start, less);
    const reached = take(attacked.loss).filter((loss) => Math.sqrt(loss) >= moveBy).length;
    expect(reached).toBeLessThanOrEqual(0.1 * n);
    tf.dispose([x, y, start, found.x, found.distance, attacked.x]);
    model.dispose();
  });

  it('finds the nearest misclassified input of a linear classifier', () => {
    const classes = 3;
    const weights = tf.tensor2d(gaussian(classes * d, 'classes'), [d, classes]);
    const f = (rows: tf.Tensor) => tf.matMul(rows, weights);
    const { x, y } = batch(n, d);
    const labels = tf.argMax(f(x), 1).reshape([n, 1]).toFloat();
    const found = minimalNorm({ norm, loss: 'margin', reachLoss: 1e-3 }).perturb(f, x, labels);
    const wrong = tf.tidy(() => misclassified.reached(f(found.x), labels));
    expect(wrong.dataSync().every((v) => v === 1)).toBe(true);
    const logits = f(x).arraySync() as number[][];
    const w = weights.arraySync() as number[][];
    found.distance.dataSync().forEach((distance, i) => {
      const own = labels.dataSync()[i]!;
      const nearest = Math.min(
        ...[0, 1, 2]
          .filter((j) => j !== own)
          .map(
            (j) =>
              (logits[i]![own]! - logits[i]![j]! + 1e-3) /
              hostDual[norm](w.map((row) => row[own]! - row[j]!)),
          ),
      );
      expect(distance).toBeGreaterThan(nearest * (1 - 1e-4));
      expect(distance).toBeLessThan(nearest * (1 + 1e-3));
    });
    tf.dispose([weights, x, y, labels, wrong, found.x, found.distance]);
  });
});

it('says Infinity, and gives the input back, where nothing can be reached', () => {
  const flat = (rows: tf.Tensor) => tf.sum(rows.mul(0), 1, true);
  const { x, y } = batch(4, 3);
  const found = minimalNorm({ moveBy: 1 }).perturb(flat, x, y);
  expect([...found.distance.dataSync()]).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  expect(found.x.dataSync()).toEqual(x.dataSync());
  tf.dispose([x, y, found.x, found.distance]);
});

it('needs exactly one goal, and an output that fits it', () => {
  expect(() => minimalNorm({})).toThrow(InvalidArgumentError);
  expect(() => minimalNorm({ moveBy: 1, reachLoss: 0 })).toThrow(InvalidArgumentError);
  expect(() => minimalNorm({ moveBy: -1 })).toThrow(/^invalid moveBy: -1/);
  expect(() => minimalNorm({ reachLoss: Number.NaN })).toThrow(/^invalid reachLoss: NaN/);
  const { x, y } = batch(4, 3);
  expect(() => minimalNorm({ moveBy: 1 }).perturb((rows) => rows, x, y)).toThrow(
    /^invalid model output shape/,
  );
  tf.dispose([x, y]);
});
