import { expect, it } from 'vitest';
import {
  type ConeProgramme,
  type InteriorPointOptions,
  interiorPoint,
} from '../../src/exact/cone/interiorPoint.ts';

const one = (): Float64Array => Float64Array.of(1);

/** What becomes of x^2 / 2 over x >= 0 from x = s = z = 1, with bounds as they are given. */
function solve(bounds: ConeProgramme['bounds'], options: Partial<InteriorPointOptions> = {}) {
  let weight = 1;
  return interiorPoint(
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
      bounds,
    },
    { x: one(), s: one(), z: one() },
    { tolerance: 1e-9, negligible: 0, maxIterations: 3, ...options },
  );
}

it('gives back the best point that it has met, not the last', () => {
  let asked = 0;
  // Only the first point is said to be good.
  const { x, s, z, iterations } = solve(() => ({ upper: asked++ === 0 ? 1 : 2, lower: 0, residual: 0 }));
  expect(iterations).toBe(3);
  expect({ x, s, z }).toEqual({ x: one(), s: one(), z: one() });
});

it("takes s'z for the gap while bounds are loose, and ends with the best bound even so", () => {
  const seen: number[] = [];
  const { bounds, converged } = solve(
    ({ x }, wanted) => {
      const upper = 10 + x[0]! ** 2 / 2;
      return wanted === undefined
        ? { upper, lower: 9, residual: 0 }
        : { upper, lower: 0, residual: 0, loose: true };
    },
    { onIteration: (_, { upper, lower }, { s, z }) => seen.push((upper - lower) / (s[0]! * z[0]!)) },
  );
  for (const ratio of seen) expect(ratio).toBeCloseTo(1, 6);
  expect(seen).toHaveLength(4);
  expect(bounds.lower).toBe(9);
  expect(converged).toBe(false);
});
