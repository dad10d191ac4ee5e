import { dot, quadraticForm } from '../../numerics/vectors.ts';
import type { ReadoutProblem } from '../readoutProblem.ts';
import type { RowBlock } from '../rowBlocks.ts';

/** What eps multiplies in the loss of each row, q_i = sqrt(theta' J_i theta), to second order about one theta. */
export interface RowGradients {
  /** q_i, n. */
  readonly lengths: Float64Array;
  /** k_i = J_i theta / q_i, the gradient of q_i, for the rows of a block, each of N; 0 where q_i = 0. Not to be changed. */
  slopes(block: RowBlock): Float64Array;
  /** sum weights_i J_i into the lower triangle of `out`, N x N. The Hessian of q_i is (J_i - k_i k_i') / q_i. */
  gram(weights: Float64Array, out: Float64Array): void;
  /** moves_i' J_i moves_i for the rows of a block and a move of N for each. */
  squares(moves: Float64Array, block: RowBlock): Float64Array;
}

/** The gradients at any theta. */
export type GradientsAt = (theta: Float64Array) => RowGradients;

/** Each row's own gradient in l2, J_i = K_i' K_i. */
export const ownGradients =
  (problem: Pick<ReadoutProblem, 'n' | 'd' | 'N' | 'jacobians'>): GradientsAt =>
  (theta) => {
    const { n, d, jacobians } = problem;
    const images = jacobians.images(theta);
    const lengths = rowSquares(images, n).map(Math.sqrt);
    const directions = new Float64Array(n * d);
    for (let i = 0, e = 0; i < n; i++)
      for (const end = e + d; e < end; e++) directions[e] = images[e]! / (lengths[i]! || 1);
    return {
      lengths,
      slopes: pulledBack(problem, directions),
      gram: (weights, out) => jacobians.weightedGram(weights, out),
      squares: (moves, block) => rowSquares(jacobians.ownImages(moves, block), block.to - block.from),
    };
  };

/** K_i' v_i for the rows of a block; that of the last block is kept. @param v n x d */
export function pulledBack(
  { d, N, jacobians }: Pick<ReadoutProblem, 'd' | 'N' | 'jacobians'>,
  v: Float64Array,
): (block: RowBlock) => Float64Array {
  return keepingLast((block) => {
    const rows = new Float64Array((block.to - block.from) * N);
    jacobians.pullBlock(v.subarray(block.from * d, block.to * d), block, rows);
    return rows;
  });
}

/** What a block's rows are, computed once where one block after the other, or all rows at once, are asked for again. */
export function keepingLast(of: (block: RowBlock) => Float64Array): (block: RowBlock) => Float64Array {
  let kept: (RowBlock & { readonly rows: Float64Array }) | null = null;
  return ({ from, to }) => {
    if (kept?.from !== from || kept.to !== to) kept = { from, to, rows: of({ from, to }) };
    return kept.rows;
  };
}

/** One gradient for all rows, |theta|: J_i = I. */
export const euclideanGradient =
  (n: number): GradientsAt =>
  (theta) => {
    const N = theta.length;
    const length = Math.sqrt(dot(theta, theta));
    return {
      lengths: new Float64Array(n).fill(length),
      slopes: repeated(theta.map((value) => value / (length || 1))),
      gram(weights, out) {
        const total = sumOf(weights);
        out.fill(0);
        for (let a = 0; a < N; a++) out[a * N + a] = total;
      },
      squares: (moves, { from, to }) => rowSquares(moves, to - from),
    };
  };

/** One gradient for all rows, sqrt(theta' J theta), for J in the lower triangle of `matrix`. */
export const averagedGradient =
  (n: number, matrix: Float64Array): GradientsAt =>
  (theta) => {
    const N = theta.length;
    const image = symmetricTimes(matrix, theta);
    const length = Math.sqrt(Math.max(0, dot(theta, image)));
    return {
      lengths: new Float64Array(n).fill(length),
      slopes: repeated(image.map((value) => value / (length || 1))),
      gram(weights, out) {
        const total = sumOf(weights);
        for (let j = 0; j < out.length; j++) out[j] = total * matrix[j]!;
      },
      squares: (moves) =>
        Float64Array.from({ length: moves.length / N }, (_, i) =>
          quadraticForm(matrix, moves.subarray(i * N, (i + 1) * N)),
        ),
    };
  };

/** One gradient for all rows that is linear about theta, g' theta, as |theta|_1 is while no coefficient changes its sign. */
export const linearGradient =
  (n: number, g: Float64Array): GradientsAt =>
  (theta) => {
    const N = theta.length;
    return {
      lengths: new Float64Array(n).fill(dot(g, theta)),
      slopes: repeated(g),
      // J = g g' makes the Hessian of the length 0.
      gram(weights, out) {
        const total = sumOf(weights);
        for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) out[a * N + b] = total * g[a]! * g[b]!;
      },
      squares: (moves) =>
        Float64Array.from(
          { length: moves.length / N },
          (_, i) => dot(g, moves.subarray(i * N, (i + 1) * N)) ** 2,
        ),
    };
  };

/** What gradient lengths are divided by: one shorter than a share of the typical one counts as that long. */
export function divisible(lengths: Float64Array): Float64Array {
  const typical = Math.sqrt(dot(lengths, lengths) / lengths.length);
  return lengths.map((length) => Math.max(SMALLEST * typical, length) || 1);
}

const SMALLEST = 1e-5;

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The squared lengths of n rows. */
export function rowSquares(rows: Float64Array, n: number): Float64Array {
  const d = rows.length / n;
  return Float64Array.from({ length: n }, (_, i) => {
    const row = rows.subarray(i * d, (i + 1) * d);
    return dot(row, row);
  });
}

const repeated = (row: Float64Array): RowGradients['slopes'] =>
  keepingLast(({ from, to }) => {
    const rows = new Float64Array((to - from) * row.length);
    for (let at = 0; at < rows.length; at += row.length) rows.set(row, at);
    return rows;
  });

/** A x for a symmetric A, of which only the lower triangle is read. */
function symmetricTimes(a: Float64Array, x: Float64Array): Float64Array {
  const N = x.length;
  const product = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    const row = i * N;
    product[i]! += a[row + i]! * x[i]!;
    for (let j = 0; j < i; j++) {
      product[i]! += a[row + j]! * x[j]!;
      product[j]! += a[row + j]! * x[i]!;
    }
  }
  return product;
}
