import type { Precision } from '../numerics/linearAlgebra.ts';
import type { RowBlock } from './rowBlocks.ts';

/**
 * The input gradients of N features at n rows, K_i = d phi / d x at row i (d x N), as the exact solvers use them: in double
 * precision, or in single where that is asked for and saves time.
 */
export interface Jacobians {
  /** K_i theta for all i, n x d. */
  images(theta: Float64Array, precision?: Precision): Float64Array;
  /** K_i moves_i for moves of n x N, one theta a row: n x d; of a block of rows alone where one is given. */
  ownImages(moves: Float64Array, block?: RowBlock): Float64Array;
  /** K_i' v_i for all i as rows of `out`, n x N, for v of n x d. */
  pullBack(v: Float64Array, out: Float64Array, precision?: Precision): void;
  /** The same for a block of rows, whose v and `out` these are. */
  pullBlock(v: Float64Array, block: RowBlock, out: Float64Array): void;
  /** sum_i K_i' v_i, N, for v of n x d. */
  pulledSum(v: Float64Array, precision?: Precision): Float64Array;
  /** sum_i weights_i K_i' K_i into the lower triangle of `out`, N x N; weights >= 0. */
  weightedGram(weights: Float64Array, out: Float64Array, precision?: Precision): void;
  /** The same with a weight for each input of each row, n x d: sum_i K_i' diag(weights_i) K_i. */
  entryGram(weights: Float64Array, out: Float64Array, precision?: Precision): void;
}
