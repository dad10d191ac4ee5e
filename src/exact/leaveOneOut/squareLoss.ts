import { once } from '../once.ts';
import type { Pieces, RowLosses } from './leaveRowsOut.ts';
import { divisible } from './rowGradients.ts';

/** The rows of {@link squareLoss}. */
export interface SquareRows extends Pick<RowLosses, 'n' | 'N' | 'M' | 'design' | 'ridge' | 'gradientsAt'> {
  readonly y: Float64Array;
  readonly eps: number;
  /** Where all rows share one J, their mean of J_i: (J - J_i) theta, n x N. Without row i it is the mean of the others. */
  readonly sharedShift?: (theta: Float64Array) => Float64Array;
}

/**
 * (1/2) (|r_i| + eps q_i)^2 of the residual r_i. It has a kink at r_i = 0, where psi_i may be anything up to eps q_i in size, and
 * the loss (1/2) eps^2 theta' J_i theta is left. Elsewhere d_i = -sign(r_i) phi_i + eps k_i.
 */
export function squareLoss(rows: SquareRows): RowLosses {
  const { n, N, y, eps, sharedShift } = rows;
  /** J without row i is J + (J - J_i)/(n - 1), for which all other rows pay with turns_j = eps dloss_j/dq / q. */
  function extrasAt(x: Float64Array, turns: Float64Array): Pieces['extras'] {
    if (!sharedShift) return null;
    const shifts = once(() => {
      const total = turns.reduce((sum, turn) => sum + turn, 0);
      return sharedShift(x.subarray(0, N)).map((value, at) => {
        const others = total - turns[Math.floor(at / N)]!;
        return (-others * value) / (n - 1);
      });
    });
    return ({ from, to }) => shifts().subarray(from * N, to * N);
  }

  return {
    ...rows,
    kinkSlope: 0,

    firstOrder({ outputs, gradients: { lengths } }) {
      const costs = lengths.map((q) => eps * q);
      const excess = outputs.map((output, i) => output - y[i]!);
      return {
        outputDerivatives: excess,
        normDerivatives: costs.map((cost, i) => eps * (cost + Math.abs(excess[i]!))),
        kinks: { values: excess.slice(), lower: costs.map((cost) => -cost), upper: costs, softness: 0 },
      };
    },

    kinksAt: ({ outputs, gradients: { lengths } }) => ({
      residuals: outputs.map((output, i) => y[i]! - output),
      bounds: lengths.map((q) => eps * q),
    }),

    pieces({ x, outputs, gradients: { lengths } }, { fitted, scores }): Pieces {
      const divisors = divisible(lengths);
      const [outputDerivatives, normDerivatives, turns] = [
        new Float64Array(n),
        new Float64Array(n),
        new Float64Array(n),
      ];
      const gaps = y.map((target, i) => target - outputs[i]!);
      for (let i = 0; i < n; i++) {
        const cost = eps * lengths[i]!;
        if (fitted[i]) {
          outputDerivatives[i] = -scores[i]!;
          normDerivatives[i] = eps * cost;
          turns[i] = eps * eps;
          continue;
        }
        const sign = scores[i]! < 0 ? -1 : 1;
        outputDerivatives[i] = sign * gaps[i]! + cost;
        turns[i] = (eps * Math.max(0, outputDerivatives[i]!)) / divisors[i]!;
      }
      const along = turns.map((turn, i) => (fitted[i] ? turn : 0));
      return {
        fitted,
        onDesign: scores.map((score, i) => (fitted[i] || score < 0 ? 1 : -1)),
        onSlopes: scores.map((_, i) => (fitted[i] ? 0 : eps)),
        outputCurvatures: new Float64Array(n).fill(1),
        outputDerivatives,
        normDerivatives,
        turns,
        along,
        gaps,
        extras: extrasAt(x, turns),
      };
    },

    after({ outputs, gradients: { lengths } }, { fitted, scores: before }, outputDerivatives) {
      const scores = new Float64Array(n);
      let left = 0;
      const instead = fitted.map((at, i) => {
        const sign = before[i]! < 0 ? -1 : 1;
        const residual = y[i]! - outputs[i]!;
        const cost = eps * lengths[i]!;
        scores[i] = at ? -outputDerivatives[i]! : residual + sign * cost;
        const stays = at ? Math.abs(scores[i]!) <= (1 + BEYOND) * cost : sign * residual >= 0;
        if (!stays) left++;
        return at === stays;
      });
      return { scores, left, instead: left === 0 ? null : { fitted: instead, scores } };
    },
  };
}

/** A row at its kink may need this share more than its bound to stay there: it is as near to either piece, and `crossings` counts it. */
const BEYOND = 0.02;
