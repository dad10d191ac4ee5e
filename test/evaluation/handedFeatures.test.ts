import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { handedFeatures } from '../../src/evaluation/handedFeatures.ts';
import { measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';

const [d, n, N] = [6, 90, 9];
const data = teacher({ d, tau: 0.3 }).sample('handed', n);

describe('handedFeatures', () => {
  it('has the moments of the map that computed them (float32 features)', async () => {
    const map = await randomFeaturesMap({ inputDim: d, units: [N] });
    const own = await measureFeatures(map, data, { share: 1 });
    const x = Float64Array.from(data.x);
    const phi = Float32Array.from(map.features(x, n));
    // Rows of Jacobians [d, N] below each other; J is their mean Gram matrix.
    const K = map.jacobians(x, n);
    const J = new Float64Array(N * N);
    for (let row = 0; row < n * d; row++)
      for (let a = 0; a < N; a++)
        for (let b = 0; b < N; b++) J[a * N + b]! += (K[row * N + a]! * K[row * N + b]!) / n;
    const given = await measureFeatures(handedFeatures(J), { n, d: N, x: phi, y: data.y }, { share: 1 });
    expect(given.rows).toBe(n);
    for (const name of ['F', 'J', 'c'] as const)
      for (const [at, value] of own[name].entries())
        expect(Math.abs(given[name][at]! - value)).toBeLessThan(1e-6);
    expect(given.targetVariance).toBeCloseTo(own.targetVariance, 10);
  });

  it('refuses what is no symmetric matrix', () => {
    expect(() => handedFeatures(Float64Array.of(1, 2, 3))).toThrow(
      /invalid J: "3 values" \(expected a square matrix/,
    );
    expect(() => handedFeatures(Float64Array.of(1, 2, 3, 4))).toThrow(
      /invalid J: "3 and 2 at \[1, 0\] and \[0, 1\]"/,
    );
    expect(() => handedFeatures(Float64Array.of(1, Number.NaN, 0, 1))).toThrow('invalid J: "values"');
    expect(() => handedFeatures([1] as never)).toThrow(/Float64Array/);
  });
});
