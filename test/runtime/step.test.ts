import { beforeAll, expect, it } from 'vitest';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const inputs = [-2, -1e-30, -0, 0, 1e-30, 0.5, 3e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

it('steps from 0 to 1 above zero (exact), and leaves no tensors', () => {
  const x = tf.tensor1d(inputs);
  const before = tf.memory().numTensors;
  const step = tf.step(x);
  expect([...step.dataSync()].map((v) => v + 0)).toEqual(inputs.map((v) => (v > 0 ? 1 : 0)));
  step.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('keeps the slope below zero where one is asked for (float32)', () => {
  const step = [...tf.step(tf.tensor1d([-2, 1]), 0.3).dataSync()];
  expect(step[0]).toBeCloseTo(0.3, 6);
  expect(step[1]).toBe(1);
});

it('is the gradient of ReLU (exact)', () => {
  const slope = tf
    .grad((u) => tf.sum(tf.relu(u)))(tf.tensor1d([-1, 0.5, 2]))
    .dataSync();
  expect([...slope]).toEqual([0, 1, 1]);
});
