import { describe, expect, it } from 'vitest';
import { LowerTriangle } from '../../src/numerics/lowerTriangle.ts';
import { stream } from '../../src/random/stream.ts';

/** Rows on the right-hand side. */
const m = 3;

describe('a lower triangular matrix by halves', () => {
  it.each([1, 2, 128, 129, 300])('of order %d times what it solves for is what was given', (n) => {
    const random = stream('lower triangle', n);
    const l = random.fillGaussian(new Float64Array(n * n));
    for (let i = 0; i < n; i++) l[i * n + i] = n + Math.abs(l[i * n + i]!);
    /** What is above the diagonal of l is noise, which must not be read. */
    const entry = (i: number, j: number): number => (j > i ? 0 : l[i * n + j]!);
    const product = (of: (i: number, j: number) => number, b: Float64Array): Float64Array =>
      b.map((_, at) => {
        const [row, i] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let j = 0; j < n; j++) sum += of(i, j) * b[row * n + j]!;
        return sum;
      });
    const off = (found: Float64Array, wanted: Float64Array): number =>
      Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!)));
    const triangle = new LowerTriangle(l, n);
    const rows = random.fillGaussian(new Float64Array(m * n));
    const given = rows.slice();
    // Rounding in float64: entries of l are at most n + 4, those of a solution about 1 / n times those of the right-hand side.
    const rounding = 1e-13 * n;
    expect(off(product(entry, triangle.solve(rows)), given)).toBeLessThan(rounding);
    expect(
      off(
        product((i, j) => entry(j, i), triangle.solveTransposed(rows)),
        given,
      ),
    ).toBeLessThan(rounding);
    expect(rows).toEqual(given);
    // Rows of L^-T, which L makes those of the identity.
    const inverse = triangle.inverse();
    const columns = inverse.map((_, at) => inverse[(at % n) * n + Math.floor(at / n)]!);
    const identity = inverse.map((_, at) => (at % (n + 1) === 0 ? 1 : 0));
    expect(off(product(entry, columns), identity)).toBeLessThan(rounding);
  });

  it('solves for no rows', () => {
    const triangle = new LowerTriangle(Float64Array.of(2), 1);
    expect(triangle.solve(new Float64Array(0))).toHaveLength(0);
    expect(triangle.solveTransposed(new Float64Array(0))).toHaveLength(0);
  });
});
