import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../../src/numerics/studentQuantile.ts';

const z = 1.6448536;
const STEPS = 4000;

/** The share of Student's t beyond q, by the trapezoidal rule in u = atan(x / sqrt freedom), whose density is cos(u)^(freedom - 1). */
function tail(q: number, freedom: number): number {
  const area = (from: number): number => {
    const h = (Math.PI / 2 - from) / STEPS;
    let sum = 0;
    for (let k = 0; k <= STEPS; k++)
      sum += (k % STEPS === 0 ? 0.5 : 1) * Math.abs(Math.cos(from + k * h)) ** (freedom - 1) * h;
    return sum;
  };
  return area(Math.atan(q / Math.sqrt(freedom))) / (2 * area(0));
}

describe('studentQuantile', () => {
  it.each([
    // The first term left out of the expansion falls as the fourth power of the degrees; the last is the quadrature.
    [2, 1.3e-2],
    [2.7, 5e-3],
    [5, 1e-3],
    [12, 1e-4],
    [400, 1e-5],
  ])('leaves a twentieth beyond it at %s degrees of freedom', (freedom, tolerance) => {
    const quantile = studentQuantile(z, freedom);
    // The quantile that the tail says, by bisection.
    let [low, high] = [1, 10];
    for (let k = 0; k < 30; k++) {
      const middle = (low + high) / 2;
      if (tail(middle, freedom) > 0.05) low = middle;
      else high = middle;
    }
    expect(Math.abs(quantile / low - 1)).toBeLessThan(tolerance);
  });

  it('is the Gaussian one at infinitely many, and the same at fewer than two as at two', () => {
    expect(studentQuantile(z, Number.POSITIVE_INFINITY)).toBe(z);
    expect(studentQuantile(z, 0.3)).toBe(studentQuantile(z, 2));
    expect(studentQuantile(z, -1)).toBe(studentQuantile(z, 2));
  });
});
