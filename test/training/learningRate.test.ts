import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../src/runtime/tf.ts';
import { defaultLearningRate } from '../../src/training/learningRate.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

describe('defaultLearningRate', () => {
  it.each([
    [[[400, 1]], 400],
    [[[5, 5, 4, 8]], 100],
    [[[3, 3, 1, 1000], [1000]], 9],
    [[[1000]], 1],
    [[[9, 900], [100, 2], [900]], 100],
  ])('is 1 / (3 sqrt P) of weights of shapes %j, with the largest fan-in P = %d', (shapes, P) => {
    const weights = shapes.map((shape) => tf.variable(tf.zeros(shape)));
    expect(defaultLearningRate(weights)).toBe(1 / (3 * Math.sqrt(P)));
    tf.dispose(weights);
  });
});
