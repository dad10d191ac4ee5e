import { beforeAll, describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { ridge } from '../../src/exact/ridge.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { PreconditionedDescent } from '../../src/training/preconditionedDescent.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

/** A read-out of d inputs, at theta = 0. */
const readout = (d: number) =>
  tf.sequential({
    layers: [tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [d] })],
  });

describe('descent in the metric of the Hessian', () => {
  const [d, n, lambda] = [60, 90, 0.05];
  const data = teacher({ d, tau: 0.3, seed: 'metric' }).sample('train', n);
  /** X'X / n + lambda I: the Hessian of (1/2n) |y - X theta|^2 + (lambda/2) |theta|^2. */
  const hessian = (): Float64Array => {
    const found = new Float64Array(d * d);
    for (let a = 0; a < d; a++) {
      for (let b = 0; b <= a; b++)
        for (let i = 0; i < n; i++) found[a * d + b]! += (data.x[i * d + a]! * data.x[i * d + b]!) / n;
      found[a * d + a]! += lambda;
    }
    return found;
  };

  it('reaches the minimiser of a quadratic in one step of rate 1, and leaves no tensor', async () => {
    const model = readout(d);
    const tensors = tf.memory().numTensors;
    const optimizer = new PreconditionedDescent(hessian(), d);
    const cycle = { learningRate: 1, schedule: 'constant', cycleSteps: 1, maxCycles: 1 } as const;
    await adversarialTraining(model, data, { eps: 0, lambda, optimizer, ...cycle });
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    const theta = await model.getWeights()[0]!.data();
    const best = ridge(Float64Array.from(data.x), data.y, lambda);
    // Float32: the residuals are summed over 90 rows, and the inverse factor is rounded.
    for (let j = 0; j < d; j++) expect(Math.abs(theta[j]! - best[j]!)).toBeLessThan(2e-5);
  });

  it('refuses a metric that is none', () => {
    expect(() => new PreconditionedDescent(new Float64Array(4), 2)).toThrow('not positive definite');
  });
});
