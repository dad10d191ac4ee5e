import { beforeAll, expect, it } from 'vitest';
import { clipBetween, euclideanNorms, softmaxCrossEntropy } from '../../src/runtime/nativeOps.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

/** Sums of 40 squares, or of exponentials, in float32. */
const FLOAT32 = 1e-6;

let native: boolean;

beforeAll(async () => {
  native = (await testRuntime()).backend === 'tensorflow';
});

it('brings each entry between bounds of its own, and leaves nothing behind', () => {
  const before = tf.memory().numTensors;
  const [x, low, high] = [tf.tensor2d([[-3, 0.5, 7]]), tf.tensor2d([[-1, 0, 9]]), tf.tensor2d([[1, 0, 10]])];
  const clipped = clipBetween(x, low, high);
  expect([...clipped.dataSync()]).toEqual([-1, 0, 9]);
  expect(clipped.shape).toEqual([1, 3]);
  tf.dispose([x, low, high, clipped]);
  expect(tf.memory().numTensors).toBe(before);
});

it('norms and cross-entropy are there on the native engine alone', () => {
  const x = tf.ones([2, 4]);
  const [norms, found] = [euclideanNorms(x), softmaxCrossEntropy(x, x)];
  expect([norms !== null, found !== null]).toEqual([native, native]);
  for (const tensor of [x, norms, found?.loss, found?.gradient]) tensor?.dispose();
});

it('measures each sample over all its axes (float32), whatever the others are (exact), and leaves nothing behind', () => {
  if (!native) return;
  const before = tf.memory().numTensors;
  const x = tf.randomNormal([50, 5, 8], 0, 3, 'float32', 1);
  const norms = euclideanNorms(x)!;
  expect(norms.shape).toEqual([50, 1, 1]);
  const values = x.dataSync();
  const found = norms.dataSync();
  found.forEach((norm, i) => {
    const own = Math.hypot(...values.subarray(40 * i, 40 * (i + 1)));
    expect(Math.abs(norm / own - 1)).toBeLessThan(FLOAT32);
  });
  const alone = tf.tidy(() => euclideanNorms(x.slice([7], [1]))!.dataSync()[0]);
  expect(alone).toBe(found[7]);
  tf.dispose([x, norms]);
  expect(tf.memory().numTensors).toBe(before);
});

it('cross-entropy and its gradient are those of the definition (float32), and it leaves nothing behind', () => {
  if (!native) return;
  const before = tf.memory().numTensors;
  const logits = [2, -1, 0.5, 30, 0, -40];
  const labels = [0, 1, 0, 0.25, 0.5, 0.25];
  const [z, y] = [tf.tensor2d(logits, [2, 3]), tf.tensor2d(labels, [2, 3])];
  const { loss, gradient } = softmaxCrossEntropy(z, y)!;
  for (const row of [0, 1]) {
    const [u, p] = [logits, labels].map((values) => values.slice(3 * row, 3 * row + 3)) as [
      number[],
      number[],
    ];
    const total = u.reduce((sum, v) => sum + Math.exp(v), 0);
    const defined = Math.log(total) - u.reduce((sum, v, k) => sum + v * p[k]!, 0);
    expect(Math.abs(loss.dataSync()[row]! / defined - 1)).toBeLessThan(FLOAT32);
    u.forEach((v, k) => {
      const slope = Math.exp(v) / total - p[k]!;
      expect(Math.abs(gradient.dataSync()[3 * row + k]! - slope)).toBeLessThan(FLOAT32);
    });
  }
  tf.dispose([z, y, loss, gradient]);
  expect(tf.memory().numTensors).toBe(before);
});
