import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../src/numerics/symmetricEigen.ts';
import { stream } from '../../src/random/stream.ts';

/** Relative to the matrix, in float64. */
const EXACT = 1e-12;

const symmetric = (n: number): Float64Array => {
  const g = stream('eigen', n).fillGaussian(new Float64Array(n * n));
  return g.map((_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return g[Math.max(i, j) * n + Math.min(i, j)]!;
  });
};

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 40])('finds orthonormal vectors with A v = value v, order %i', (n) => {
    const A = symmetric(n);
    const before = A.slice();
    const { values, vectors } = symmetricEigen(A, n);
    expect(A).toEqual(before);
    const row = (k: number) => vectors.subarray(k * n, (k + 1) * n);
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++) {
        const image = row(k).reduce((sum, v, j) => sum + A[i * n + j]! * v, 0);
        expect(Math.abs(image - values[k]! * row(k)[i]!)).toBeLessThan(EXACT * Math.sqrt(n));
        const overlap = row(k).reduce((sum, v, j) => sum + v * row(i)[j]!, 0);
        expect(Math.abs(overlap - (i === k ? 1 : 0))).toBeLessThan(EXACT);
      }
    }
  });

  it('knows matrices that are diagonal, or have one eigenvalue, or none but zero', () => {
    const n = 5;
    const diagonal = (entries: readonly number[]) => {
      const A = new Float64Array(n * n);
      entries.forEach((entry, i) => {
        A[i * n + i] = entry;
      });
      return [...symmetricEigen(A, n).values].sort((a, b) => a - b);
    };
    expect(diagonal([3, 1, 2, -1, 0])).toEqual([-1, 0, 1, 2, 3]);
    expect(diagonal([2, 2, 2, 2, 2])).toEqual([2, 2, 2, 2, 2]);
    expect(diagonal([0, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0]);
  });
});
