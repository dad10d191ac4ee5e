import { beforeAll, expect, it } from 'vitest';
import { clipBetween } from '../../src/runtime/nativeClip.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(testRuntime);

it('brings each entry between bounds of its own, and leaves nothing behind', () => {
  const before = tf.memory().numTensors;
  const [x, low, high] = [tf.tensor2d([[-3, 0.5, 7]]), tf.tensor2d([[-1, 0, 9]]), tf.tensor2d([[1, 0, 10]])];
  const clipped = clipBetween(x, low, high);
  expect([...clipped.dataSync()]).toEqual([-1, 0, 9]);
  expect(clipped.shape).toEqual([1, 3]);
  tf.dispose([x, low, high, clipped]);
  expect(tf.memory().numTensors).toBe(before);
});
