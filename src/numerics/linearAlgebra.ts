import { openBlas } from './openBlas.ts';
import { portable } from './portable.ts';

/**
 * The two operations in which the exact solvers spend their time, in float64 on flat row-major arrays. Everything else
 * they do is linear or quadratic in the problem's size and is written where it is used.
 */
export interface LinearAlgebra {
  /** What computes, for a reader: 'WebAssembly SIMD', 'OpenBLAS 0.3.21 (libopenblas.so.0)'. */
  readonly name: string;
  /** Whether it is a library of the machine, not of this package. */
  readonly native: boolean;
  /**
   * C = A B' for A of m rows and B of n rows, both of k columns; C, m x n, is overwritten. With `lower` (m = n) only the
   * lower triangle of C is defined afterwards.
   */
  multiplyTransposed(a: Float64Array, b: Float64Array, c: Float64Array, shape: ProductShape): void;
  /**
   * The lower Cholesky factor of the symmetric n x n matrix in the lower triangle of `a`, in its place; the upper triangle
   * is left alone. Returns false, `a` half done, when a pivot is not positive: A is singular to working precision.
   */
  choleskyInPlace(a: Float64Array, n: number): boolean;
}

/** The shape of C = A B': A is m x k, B is n x k, C is m x n. */
export interface ProductShape {
  /** Rows of A. */
  readonly m: number;
  /** Rows of B. */
  readonly n: number;
  /** Columns of both. */
  readonly k: number;
  /** Only the lower triangle of C is wanted; m = n. Default false. */
  readonly lower?: boolean;
}

let chosen: LinearAlgebra | undefined;

/**
 * The linear algebra that the exact solvers use, chosen once: OpenBLAS when the npm package `koffi` and the library are
 * both there, otherwise WebAssembly SIMD. RRF_BLAS=off keeps to that; RRF_BLAS=/path/to/libopenblas.so names a library.
 */
export function linearAlgebra(): LinearAlgebra {
  chosen ??= openBlas(process.env.RRF_BLAS) ?? portable;
  return chosen;
}
