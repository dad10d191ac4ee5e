import { inPrecision, type LinearAlgebra, type Precision } from '../../numerics/linearAlgebra.ts';
import { addToDiagonal, CONE_JITTERS, SINGLE_JITTER } from '../jitter.ts';
import { type ProductPart, sumOfProducts } from '../rowBlocks.ts';

/**
 * The Newton matrix in theta, or (theta, b), of programmes with a bound of its own on every row's gradient:
 *
 *   left right' + G + ridge I,      G, of the gradients, and the ridge on the N entries of theta.
 */
export class NewtonMatrix {
  /** G, in the lower triangle; N x N, to be filled before `factor`. */
  readonly gram: Float64Array;
  private readonly matrix: Float64Array;
  private readonly N: number;
  private readonly M: number;
  private readonly ridge: number;
  private readonly algebra: LinearAlgebra;
  private jitter: number = CONE_JITTERS[0];

  /** @param sizes M is N, or N + 1 with an intercept */
  constructor(
    { N, M, ridge }: { readonly N: number; readonly M: number; readonly ridge: number },
    algebra: LinearAlgebra,
  ) {
    this.gram = new Float64Array(N * N);
    this.matrix = new Float64Array(M * M);
    this.N = N;
    this.M = M;
    this.ridge = ridge;
    this.algebra = algebra;
  }

  /**
   * False where it is singular to working precision; in double precision it is then further from that at the next attempt.
   * @param products parts whose sum is left right', each of M rows
   */
  factor(products: Iterable<ProductPart>, precision: Precision = 'double'): boolean {
    const { N, M, matrix, gram } = this;
    const algebra = inPrecision(this.algebra, precision);
    sumOfProducts(algebra, products, M, matrix);
    for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) matrix[a * M + b]! += gram[a * N + b]!;
    addToDiagonal(matrix, M, precision === 'single' ? SINGLE_JITTER : this.jitter, this.ridge, N);
    const positive = algebra.choleskyInPlace(matrix, M);
    if (!positive && precision === 'double') this.jitter = CONE_JITTERS[1];
    return positive;
  }

  /** Solves with the factor, in place. */
  solve(rhs: Float64Array): Float64Array {
    return this.algebra.choleskySolve(this.matrix, rhs);
  }
}
