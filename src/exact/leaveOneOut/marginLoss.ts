import type { MarginLossName } from '../../theory/channels/losses.ts';
import { marginLosses } from '../marginLosses.ts';
import type { RowLosses } from './leaveRowsOut.ts';
import { divisible } from './rowGradients.ts';

/** The rows of {@link marginLoss}. */
export interface MarginLossRows extends Pick<RowLosses, 'n' | 'N' | 'M' | 'ridge' | 'gradientsAt'> {
  /** y_i phi_i, or y_i (phi_i, 1), n x M, so that outputs are margins before the attack. */
  readonly design: Float64Array;
  readonly eps: number;
  readonly loss: MarginLossName;
}

/** One side of a loss, as a function of the margin that goes on beyond its end. */
interface Side {
  /** a = -l'(w). */
  pull(w: number): number;
  /** l''(w). */
  bend(w: number): number;
}

const FLAT: Side = { pull: () => 0, bend: () => 0 };

/** The falling side of each loss; the flat one, if there is one, begins at a margin of 1. */
const FALLING: Readonly<Record<MarginLossName, Side>> = {
  logistic: { pull: marginLosses.logistic.pull, bend: marginLosses.logistic.curvature },
  squaredHinge: { pull: (w) => 1 - w, bend: () => 1 },
  hinge: { pull: () => 1, bend: () => 0 },
};

/**
 * l(w_i) of the margins w_i = y_i f(x_i) - eps q_i. With d_i = y_i phi_i - eps k_i and a_i = -l'(w_i), its score, the gradient is
 * -a_i d_i and the Hessian l''(w_i) d_i d_i' + a_i (eps/q_i) (J_i - k_i k_i'). The hinge has a kink at w_i = 1, where a_i may be
 * anything from 0 to 1; rows of the two hinges beyond it count for nothing.
 */
export function marginLoss(rows: MarginLossRows): RowLosses {
  const { n, eps, loss } = rows;
  const sideOf = (score: number): Side => (score > 0 ? FALLING[loss] : FLAT);
  return {
    ...rows,
    kinkSlope: -eps,

    firstOrder({ outputs, gradients: { lengths } }) {
      const margins = outputs.map((output, i) => output - eps * lengths[i]!);
      if (loss === 'logistic') {
        const pulls = margins.map(marginLosses.logistic.pull);
        return {
          outputDerivatives: pulls.map((pull) => -pull),
          normDerivatives: pulls.map((pull) => eps * pull),
          kinks: null,
        };
      }
      const soft = loss === 'squaredHinge';
      return {
        outputDerivatives: new Float64Array(n),
        normDerivatives: new Float64Array(n),
        kinks: {
          values: margins.map((w) => w - 1),
          lower: new Float64Array(n).fill(soft ? Number.NEGATIVE_INFINITY : -1),
          upper: new Float64Array(n),
          softness: soft ? 1 : 0,
        },
      };
    },

    pieces({ outputs, gradients: { lengths } }, { fitted, scores }) {
      const margins = outputs.map((output, i) => output - eps * lengths[i]!);
      const pulls = margins.map((w, i) => (fitted[i] ? scores[i]! : sideOf(scores[i]!).pull(w)));
      const divisors = divisible(lengths);
      return {
        fitted,
        onDesign: new Float64Array(n).fill(1),
        onSlopes: new Float64Array(n).fill(-eps),
        outputCurvatures: margins.map((w, i) => (fitted[i] ? 0 : sideOf(scores[i]!).bend(w))),
        outputDerivatives: pulls.map((pull) => -pull),
        normDerivatives: new Float64Array(n),
        extras: null,
        turns: pulls.map((pull, i) => (eps * Math.max(0, pull)) / divisors[i]!),
        along: new Float64Array(n),
        gaps: margins.map((w) => 1 - w),
      };
    },

    after({ outputs, gradients: { lengths } }, { fitted, scores: before }, outputDerivatives) {
      const scores = new Float64Array(n);
      const instead = { fitted: [...fitted], scores: new Float64Array(n) };
      let left = 0;
      for (let i = 0; i < n; i++) {
        const w = outputs[i]! - eps * lengths[i]!;
        scores[i] = fitted[i] ? -outputDerivatives[i]! : sideOf(before[i]!).pull(w);
        instead.scores[i] = scores[i]!;
        const falls = before[i]! > 0;
        const stays = fitted[i]
          ? scores[i]! >= 0 && scores[i]! <= 1
          : loss === 'logistic' || (falls ? w <= 1 : w >= 1);
        if (stays) continue;
        left++;
        if (loss === 'hinge') instead.fitted[i] = !fitted[i];
        else instead.scores[i] = falls ? 0 : 1;
      }
      return { scores, left, instead: left === 0 ? null : instead };
    },
  };
}
