import { describe, expect, it } from 'vitest';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import {
  choleskySolve,
  congruence,
  dot,
  norm,
  quadraticForm,
  solveLower,
  times,
  transpose,
  transposedTimes,
} from '../../src/numerics/vectors.ts';
import { stream } from '../../src/random/stream.ts';

const ROUNDING = 1e-12;
const random = (name: string, length: number): Float64Array =>
  stream('vectors', name).fillGaussian(new Float64Array(length));
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++)
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(ROUNDING * Math.max(1, Math.abs(expected[i]!)));
};

describe('products', () => {
  // 1 2 3
  // 4 5 6
  const A = Float64Array.of(1, 2, 3, 4, 5, 6);

  it('go along rows, or along columns', () => {
    expect([...times(A, Float64Array.of(1, 0, -1), 2)]).toEqual([-2, -2]);
    expect([...transposedTimes(A, [1, -1], 3)]).toEqual([-3, -3, -3]);
    expect([...transpose(A, 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(dot(A, A)).toBe(91);
    expect(norm(Float64Array.of(3, 0, 4))).toBe(5);
  });

  it('of a symmetric matrix with a vector on both sides read the lower triangle alone', () => {
    // 2 3; 3 5
    expect(quadraticForm(Float64Array.of(2, Number.NaN, 3, 5), Float64Array.of(1, -2))).toBe(2 - 12 + 20);
  });
});

describe('triangular solves', () => {
  const n = 7;
  const G = random('G', n * n);
  const A = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      A[i * n + j] = dot(G.subarray(i * n, (i + 1) * n), G.subarray(j * n, (j + 1) * n));
  const L = A.slice();
  linearAlgebra().choleskyInPlace(L, n);
  // The upper triangle must not be read.
  for (let i = 0; i < n; i++) L.fill(Number.NaN, i * n + i + 1, (i + 1) * n);
  const timesLower = (x: Float64Array): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => dot(L.subarray(i * n, i * n + i + 1), x.subarray(0, i + 1)));

  it('undo the product with L, row by row', () => {
    const B = random('B', 3 * n);
    const solved = solveLower(L, B.slice(), n);
    for (let row = 0; row < 3; row++)
      near(timesLower(solved.subarray(row * n, (row + 1) * n)), B.subarray(row * n, (row + 1) * n));
  });

  it('solve A x = b', () => {
    const b = random('b', n);
    near(times(A, choleskySolve(L, b.slice()), n), b);
  });

  it('whiten: L^-1 A L^-T = I, and M comes back as L (L^-1 M L^-T) L^T', () => {
    near(
      congruence(L, A, n),
      Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
    );
    const M = A.map((value, at) => value + (at % (n + 1) === 0 ? at : 0.3));
    const whitened = congruence(L, M, n);
    const x = random('x', n);
    // x' M x = (L^T x)' (L^-1 M L^-T) (L^T x)
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) y[k]! += L[i * n + k]! * x[i]!;
    near([quadraticForm(whitened, y)], [quadraticForm(M, x)]);
  });
});
