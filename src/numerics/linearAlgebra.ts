import { portable } from './portable.ts';

/**
 * The two operations of cubic cost, in float64 on flat row-major arrays, and those of quadratic cost that a solver repeats
 * with large matrices. The others are the functions of vectors.ts.
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
  /** Solves L L' x = b in place of b, for L in the lower triangle of `l`. */
  choleskySolve(l: Float64Array, b: Float64Array): Float64Array;
  /** A x for A of m rows. */
  times(a: Float64Array, x: Float64Array, m: number): Float64Array;
  /** A' u for A of k columns. */
  transposedTimes(a: Float64Array, u: Float64Array, k: number): Float64Array;
  /** Products and factorisation in single precision, in and out in float64: about twice as fast. Absent where they would not be. */
  readonly single?: LinearAlgebra;
}

/** Of the numbers that products and factorisations are computed with. */
export type Precision = 'single' | 'double';

/** What computes in a precision: the algebra itself where single precision would not be faster. */
export const inPrecision = (algebra: LinearAlgebra, precision: Precision): LinearAlgebra =>
  (precision === 'single' && algebra.single) || algebra;

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

let provider: () => LinearAlgebra | undefined = () => undefined;
let chosen: LinearAlgebra | undefined;

/**
 * Names a faster linear algebra than WebAssembly SIMD. `provide` is called at the first use, and once; undefined means
 * that it is not there. The runtime gives OpenBLAS in this way, which needs Node.
 */
export function provideLinearAlgebra(provide: () => LinearAlgebra | undefined): void {
  provider = provide;
  chosen = undefined;
}

/** The linear algebra of float64 matrices, chosen once: the one provided, otherwise WebAssembly SIMD. */
export function linearAlgebra(): LinearAlgebra {
  chosen ??= provider() ?? portable;
  return chosen;
}
