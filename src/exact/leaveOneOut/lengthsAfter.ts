import { type ReadoutNorm, rowNormOf } from '../cone/rowNorms.ts';
import type { ReadoutProblem } from '../readoutProblem.ts';
import type { RowBlock } from '../rowBlocks.ts';

/** What eps multiplies at the rows of a block where theta + moves_i is in the place of theta; moves has a row for each. */
export type LengthsAfter = (theta: Float64Array) => (moves: Float64Array, block: RowBlock) => Float64Array;

/** What eps multiplies at row i at theta itself. */
export const lengthAt = (lengthsAfter: LengthsAfter, theta: Float64Array, i: number): number =>
  lengthsAfter(theta)(new Float64Array(theta.length), { from: i, to: i + 1 })[0]!;

/** Each row's own gradient, in the norm dual to the attack's. */
export const ownLengthsAfter =
  ({ d, jacobians }: Pick<ReadoutProblem, 'd' | 'jacobians'>, attack: ReadoutNorm): LengthsAfter =>
  (theta) => {
    const images = jacobians.images(theta);
    const { penalty } = rowNormOf(attack, d);
    return (moves, block) => {
      const moved = jacobians.ownImages(moves, block);
      for (let e = 0, at = block.from * d; e < moved.length; e++, at++) moved[e]! += images[at]!;
      return Float64Array.from({ length: moved.length / d }, (_, i) => penalty(moved, i * d, (i + 1) * d));
    };
  };

/** A linear model's coefficients, which are the gradient at every row. */
export const sharedLengthsAfter =
  (dualNorm: (theta: Float64Array) => number): LengthsAfter =>
  (theta) =>
  (moves) => {
    const N = theta.length;
    return Float64Array.from({ length: moves.length / N }, (_, i) =>
      dualNorm(theta.map((value, a) => value + moves[i * N + a]!)),
    );
  };
