import type { LinearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot, transpose } from '../../numerics/vectors.ts';
import { addToDiagonal, NEWTON_JITTER } from '../jitter.ts';

/** Up to this many columns the N x N form is quick enough. */
const ALWAYS_PRIMAL = 400;
/** And up to this many where no penalty keeps D away from zero: near interpolation it is the more accurate one. */
const ACCURATE_PRIMAL = 1000;
/** Corrections by the residual after each solution by the Woodbury identity, which loses digits where D spans many orders. */
const REFINEMENTS = 6;

/** Solves (diag(diagonal) + R' diag(weights) R) x = b for the last factored diagonal and weights, in place of b. */
export interface LowRankSystem {
  /** False when the system is singular to working precision. */
  factor(diagonal: Float64Array, weights: Float64Array): boolean;
  solve(b: Float64Array): Float64Array;
}

/**
 * The system N x N, or for many more columns than the m rows m x m by the Woodbury identity, in the form I + A D^-1 A' with A = weights^(1/2) R, which is positive definite however small D is.
 * The last of `rows` may change between factorisations. `dense`, N x N, is added with the weight of the call (N x N form only);
 * `ridge` is a part of every diagonal.
 */
export function lowRankSystem(
  rows: Float64Array,
  m: number,
  N: number,
  algebra: LinearAlgebra,
  {
    ridge,
    dense,
  }: { readonly ridge: number; readonly dense?: { readonly matrix: Float64Array; weight: number } },
): LowRankSystem {
  const primalUpTo = ridge > 0 ? ALWAYS_PRIMAL : ACCURATE_PRIMAL;
  return dense || N <= Math.max(2 * m, primalUpTo)
    ? primal(rows, m, N, algebra, dense)
    : woodbury(rows, m, N, algebra);
}

/**
 * The system with one more unknown after its N, whose column in the first n rows of R is all ones and which no diagonal
 * holds: an intercept. One more solution a factorisation.
 */
export function withUnitColumn(
  system: LowRankSystem,
  rows: Float64Array,
  n: number,
  N: number,
  algebra: LinearAlgebra,
): LowRankSystem {
  let border: Float64Array = new Float64Array(N);
  let solved: Float64Array = border;
  let pivot = 1;
  return {
    factor(diagonal, weights) {
      if (!system.factor(diagonal, weights)) return false;
      const own = weights.subarray(0, n);
      const total = own.reduce((sum, value) => sum + value, 0);
      border = algebra.transposedTimes(rows, own, N);
      solved = system.solve(border.slice());
      // Where features explain a constant on these rows nothing but rounding is left.
      pivot = Math.max(total - dot(border, solved), 1e-15 * total);
      return pivot > 0;
    },
    solve(b) {
      const theta = system.solve(b.subarray(0, N));
      b[N] = (b[N]! - dot(border, theta)) / pivot;
      for (let a = 0; a < N; a++) theta[a]! -= b[N]! * solved[a]!;
      return b;
    },
  };
}

function primal(
  rows: Float64Array,
  m: number,
  N: number,
  algebra: LinearAlgebra,
  dense?: { readonly matrix: Float64Array; weight: number },
): LowRankSystem {
  const matrix = new Float64Array(N * N);
  const columns = transpose(rows, m, N);
  const weighted = new Float64Array(m * N);
  return {
    factor(diagonal, weights) {
      for (let a = 0, at = 0; a < N; a++) {
        columns[at + m - 1] = rows[(m - 1) * N + a]!;
        for (let i = 0; i < m; i++, at++) weighted[at] = weights[i]! * columns[at]!;
      }
      algebra.multiplyTransposed(weighted, columns, matrix, { m: N, n: N, k: m, lower: true });
      for (let j = 0; j < N; j++) {
        matrix[j * N + j]! += diagonal[j]!;
        if (dense) for (let k = 0; k <= j; k++) matrix[j * N + k]! += dense.weight * dense.matrix[j * N + k]!;
      }
      addToDiagonal(matrix, N, NEWTON_JITTER);
      return algebra.choleskyInPlace(matrix, N);
    },
    solve: (b) => algebra.choleskySolve(matrix, b),
  };
}

function woodbury(rows: Float64Array, m: number, N: number, algebra: LinearAlgebra): LowRankSystem {
  const matrix = new Float64Array(m * m);
  const scaled = new Float64Array(m * N);
  const inverse = new Float64Array(N);
  const roots = new Float64Array(m);
  let current = new Float64Array(m);
  return {
    factor(diagonal, weights) {
      current = Float64Array.from(weights);
      for (let j = 0; j < N; j++) inverse[j] = 1 / diagonal[j]!;
      for (let i = 0; i < m; i++) {
        roots[i] = Math.sqrt(weights[i]!);
        for (let j = 0; j < N; j++) scaled[i * N + j] = roots[i]! * rows[i * N + j]! * Math.sqrt(inverse[j]!);
      }
      algebra.multiplyTransposed(scaled, scaled, matrix, { m, n: m, k: N, lower: true });
      for (let i = 0; i < m; i++) matrix[i * m + i]! += 1;
      return algebra.choleskyInPlace(matrix, m);
    },
    solve(b) {
      const x = once(b.slice());
      for (let step = 0; step < REFINEMENTS; step++) {
        // b - D x - R' A R x
        const pushed = algebra.times(rows, x, m).map((value, i) => current[i]! * value);
        const pulled = algebra.transposedTimes(rows, pushed, N);
        const correction = once(pulled.map((value, j) => b[j]! - x[j]! / inverse[j]! - value));
        for (let j = 0; j < N; j++) x[j]! += correction[j]!;
      }
      b.set(x);
      return b;
    },
  };

  function once(b: Float64Array): Float64Array {
    for (let j = 0; j < N; j++) b[j]! *= inverse[j]!;
    const inner = algebra.times(rows, b, m);
    for (let i = 0; i < m; i++) inner[i]! *= roots[i]!;
    algebra.choleskySolve(matrix, inner);
    for (let i = 0; i < m; i++) inner[i]! *= roots[i]!;
    const correction = algebra.transposedTimes(rows, inner, N);
    for (let j = 0; j < N; j++) b[j]! -= inverse[j]! * correction[j]!;
    return b;
  }
}
