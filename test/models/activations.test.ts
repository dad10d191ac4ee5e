import { beforeAll, describe, expect, it } from 'vitest';
import { centredActivation } from '../../src/models/activations.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { activation, activationNames } from '../../src/theory/activations.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

describe.each(activationNames)('the activation %s', (name) => {
  const grid = Float32Array.from({ length: 161 }, (_, i) => (i - 80) / 16 + 1 / 64);

  it('is the function that the theory has, centred (float32)', () => {
    const { value, moments } = activation(name);
    const ours = centredActivation(name)(tf.tensor1d(grid)).dataSync();
    grid.forEach((u, i) => {
      expect(Math.abs(ours[i]! - (value(u) - moments.mu0))).toBeLessThan(2e-6 * (1 + Math.abs(u)));
    });
  });

  it('has the derivative that the theory has, by autodiff (float32)', () => {
    const { derivative } = activation(name);
    const slope = tf
      .grad((u) => tf.sum(centredActivation(name)(u)))(tf.tensor1d(grid))
      .dataSync();
    grid.forEach((u, i) => {
      expect(Math.abs(slope[i]! - derivative(u))).toBeLessThan(1e-5);
    });
  });

  it('has the moments that the theory has (Monte Carlo, 5 standard errors)', () => {
    const n = 100_000;
    const g = stream('activations', name).fillGaussian(new Float32Array(n));
    const s = centredActivation(name)(tf.tensor1d(g)).dataSync();
    const { mu1, muStarSquared } = activation(name).moments;
    const mean = (f: (i: number) => number) => {
      let sum = 0;
      let square = 0;
      for (let i = 0; i < n; i++) {
        sum += f(i);
        square += f(i) ** 2;
      }
      return { value: sum / n, error: Math.sqrt((square / n - (sum / n) ** 2) / n) };
    };
    const near = (estimate: { value: number; error: number }, exact: number) =>
      expect(Math.abs(estimate.value - exact)).toBeLessThan(5 * estimate.error + 1e-6);
    near(
      mean((i) => s[i]!),
      0,
    );
    near(
      mean((i) => s[i]! * g[i]!),
      mu1,
    );
    near(
      mean((i) => s[i]! ** 2),
      mu1 ** 2 + muStarSquared,
    );
  });
});
