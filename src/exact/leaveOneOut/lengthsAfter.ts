import { type ReadoutNorm, rowNormOf } from '../cone/rowNorms.ts';
import type { ReadoutProblem } from '../readoutProblem.ts';

/** What eps multiplies at row i where theta + moves_i is in the place of theta, for all rows; moves n x N. */
export type LengthsAfter = (theta: Float64Array, moves: Float64Array) => Float64Array;

/** Each row's own gradient, in the norm dual to the attack's. */
export const ownLengthsAfter =
  ({ n, d, jacobians }: Pick<ReadoutProblem, 'n' | 'd' | 'jacobians'>, attack: ReadoutNorm): LengthsAfter =>
  (theta, moves) => {
    const images = jacobians.images(theta);
    const moved = jacobians.ownImages(moves);
    for (let e = 0; e < moved.length; e++) moved[e]! += images[e]!;
    const { penalty } = rowNormOf(attack, d);
    return Float64Array.from({ length: n }, (_, i) => penalty(moved, i * d, (i + 1) * d));
  };

/** A linear model's coefficients, which are the gradient at every row. */
export const sharedLengthsAfter =
  (dualNorm: (theta: Float64Array) => number): LengthsAfter =>
  (theta, moves) => {
    const N = theta.length;
    return Float64Array.from({ length: moves.length / N }, (_, i) =>
      dualNorm(theta.map((value, a) => value + moves[i * N + a]!)),
    );
  };
