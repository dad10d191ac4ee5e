import { times } from '../../numerics/vectors.ts';
import { type Rows, withOnes } from '../intercept.ts';
import { once } from '../once.ts';
import { trainerWithout } from './fixedHessian.ts';
import type { LeftOutRows } from './leaveOneOut.ts';
import { leaveRowsOut } from './leaveRowsOut.ts';
import type { LengthsAfter } from './lengthsAfter.ts';
import type { GradientsAt } from './rowGradients.ts';
import { type SquareRows, squareLoss } from './squareLoss.ts';

/** A solution of an adversarial regression as the interior-point method leaves it. */
export interface FoundRegression {
  readonly theta: Float64Array;
  /** What stands beside theta' phi in rows about their means. */
  readonly beside: number;
  /** psi_i, the derivative of row i's loss in its residual, and |r_i| + eps q_i, both from the duals, n. */
  readonly scores: Float64Array;
  readonly sizes: Float64Array;
}

/** Coordinates in which theta moves when a row is left out, and what eps multiplies there. */
export interface Coordinates extends Pick<SquareRows, 'sharedShift'> {
  /** n x N, for N coordinates. */
  readonly phi: Float64Array;
  /** N */
  readonly theta: Float64Array;
  readonly gradientsAt: GradientsAt;
  /** Whether that is so for any theta and without any row, or only near this one. */
  readonly everywhere: boolean;
  /** The rows' own gradient norms, where training has others. */
  readonly lengthsAfter?: LengthsAfter;
}

/** The coordinates at a minimiser of rows about their means, where an intercept is fitted. */
export type CoordinatesOf = (theta: Float64Array, rows: Rows) => Coordinates;

/**
 * An adversarial regression without each of its rows in turn, estimated.
 * @param rows about their means where an intercept is fitted
 */
export function programmeLeftOut(
  rows: Rows,
  asked: { readonly eps: number; readonly lambda: number; readonly fitIntercept: boolean },
  found: FoundRegression,
  coordinatesOf: CoordinatesOf,
): LeftOutRows {
  const { eps, lambda, fitIntercept } = asked;
  const { n, y } = rows;
  if (found.theta.every((value) => value === 0)) return constantLeftOut(y, fitIntercept);
  const coordinates = coordinatesOf(found.theta, rows);
  const { theta, gradientsAt, everywhere, lengthsAfter, sharedShift } = coordinates;
  const N = theta.length;
  const design = fitIntercept ? withOnes(coordinates.phi, n, N) : coordinates.phi;
  const M = fitIntercept ? N + 1 : N;
  const losses = squareLoss({
    ...{ n, N, M, design, y, eps, ridge: n * lambda, gradientsAt },
    ...(sharedShift && { sharedShift }),
  });
  const { scores, sizes } = found;
  const x = fitIntercept ? Float64Array.of(...theta, found.beside) : theta;
  const outputs = times(design, x, n);
  const left = leaveRowsOut(
    losses,
    // |r_i| vanishes at a kink, and the slack of |psi_i| below |r_i| + eps q_i elsewhere.
    {
      x,
      scores,
      fitted: Array.from(sizes, (size, i) => Math.abs(y[i]! - outputs[i]!) < size - Math.abs(scores[i]!)),
    },
    lengthsAfter,
  );
  const residuals = left.outputs.map((output, i) => y[i]! - output);
  const fitted = left.point.outputs.map((output, i) => (left.states.fitted[i] ? 0 : y[i]! - output));
  const trainer = once(() => trainerWithout(losses, left.point, left.states));
  function trained(i: number): ReturnType<NonNullable<LeftOutRows['trained']>> {
    const at = trainer()(i);
    return at && { residual: y[i]! - at.outputs[i]!, gradientNorm: at.gradients.lengths[i]! };
  }
  return {
    fitted,
    residuals,
    gradientNorms: left.lengths,
    influence: residuals.map((e, i) => {
      const psi = left.states.scores[i]!;
      return psi === 0 ? 0 : (e - fitted[i]!) / psi;
    }),
    crossing: left.free,
    doubts: left.doubts,
    ...(everywhere && { trained }),
  };
}

/** The rows of a constant predictor, 0 or an intercept: beyond the critical radius nothing else is trained. */
function constantLeftOut(y: Float64Array, fitIntercept: boolean): LeftOutRows {
  const n = y.length;
  const held = fitIntercept ? 1 / (n - 1) : 0;
  return {
    fitted: y,
    residuals: y.map((target) => target * (1 + held)),
    gradientNorms: new Float64Array(n),
    influence: new Float64Array(n).fill(held),
    crossing: 0,
    doubts: [],
  };
}
