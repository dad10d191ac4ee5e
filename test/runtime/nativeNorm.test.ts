import { beforeAll, expect, it } from 'vitest';
import { euclideanNorms } from '../../src/runtime/nativeNorm.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

/** Sums of 40 squares in float32. */
const FLOAT32 = 1e-6;

let native: boolean;

beforeAll(async () => {
  native = (await testRuntime()).backend === 'tensorflow';
});

it('is there on the native engine alone', () => {
  const norms = tf.tidy(() => euclideanNorms(tf.ones([2, 4])) !== null);
  expect(norms).toBe(native);
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
