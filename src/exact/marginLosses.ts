import type { MarginLossName } from '../theory/channels/losses.ts';

/**
 * A convex loss of the margin w = y f, falling where it is not flat, as the exact solver uses it: beside its derivatives the
 * conjugate of its dual variable, a = -l'(w) >= 0.
 */
export interface MarginLoss {
  value(w: number): number;
  /** a = -l'(w), >= 0. */
  pull(w: number): number;
  /** l''(w), >= 0. */
  curvature(w: number): number;
  /** l*(-a) = max over w of -a w - l(w), at any a that `pull` may give. */
  conjugate(a: number): number;
}

/** log(1 + exp(-w)). */
const logistic: MarginLoss = {
  value: (w) => (w > 0 ? Math.log1p(Math.exp(-w)) : Math.log1p(Math.exp(w)) - w),
  pull: (w) => 1 / (1 + Math.exp(w)),
  curvature(w) {
    const e = Math.exp(-Math.abs(w));
    return e / (1 + e) ** 2;
  },
  conjugate: (a) => timesLog(a) + timesLog(1 - a),
};

/** (1/2) max(0, 1 - w)^2. */
const squaredHinge: MarginLoss = {
  value: (w) => 0.5 * Math.max(0, 1 - w) ** 2,
  pull: (w) => Math.max(0, 1 - w),
  curvature: (w) => (w < 1 ? 1 : 0),
  conjugate: (a) => a * (0.5 * a - 1),
};

/** max(0, 1 - w). At its kink a is any number from 0 to 1. */
const hinge: MarginLoss = {
  value: (w) => Math.max(0, 1 - w),
  pull: (w) => (w < 1 ? 1 : 0),
  curvature: () => 0,
  conjugate: (a) => -a,
};

/** 0 log 0 = 0. */
const timesLog = (a: number): number => (a > 0 ? a * Math.log(a) : 0);

/** The losses by name. */
export const marginLosses: Readonly<Record<MarginLossName, MarginLoss>> = {
  logistic,
  hinge,
  squaredHinge,
};
