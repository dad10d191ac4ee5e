import { expect, it } from 'vitest';
import { interiorPoint } from '../../src/exact/cone/interiorPoint.ts';

it('gives back the best point that it has met, not the last', () => {
  let weight = 1;
  let asked = 0;
  const one = (): Float64Array => Float64Array.of(1);
  // x^2 / 2 over x >= 0, of which only the first point is said to be good.
  const { x, s, z, iterations } = interiorPoint(
    {
      ...{ shape: { lp: 1, cones: 0, size: 1 }, size: 1 },
      gradient: (at) => at.slice(),
      apply: (at) => at.slice(),
      applyTransposed: (at) => at.slice(),
      factor(scaling) {
        weight = 1 + 1 / scaling.weight[0]! ** 2;
        return true;
      },
      solve(rhs) {
        rhs[0]! /= weight;
        return rhs;
      },
      bounds: () => ({ upper: asked++ === 0 ? 1 : 2, lower: 0, residual: 0 }),
    },
    { x: one(), s: one(), z: one() },
    { tolerance: 1e-9, negligible: 0, maxIterations: 3 },
  );
  expect(iterations).toBe(3);
  expect({ x, s, z }).toEqual({ x: one(), s: one(), z: one() });
});
