import { mappedNumbers } from '../../numerics/mappedNumbers.ts';
import { withSumZero } from '../intercept.ts';
import type { Scaling } from './cones.ts';
import { type Design, outputsOf, weightedSum } from './design.ts';

/**
 * What every programme here shares: t_i = p_i + eps q_i with p_i >= |y_i - theta' phi_i|, written as the two inequalities
 * p_i + theta' phi_i - y_i >= 0 and p_i - theta' phi_i + y_i >= 0, in the cost (1/2) sum t_i^2.
 *
 * Eliminating p_i from the Newton equations leaves, per sample, a quadratic form in (phi_i' dtheta, dq_i) with these entries.
 */
export interface ResidualForm {
  /** 1 / (second derivative in p_i). */
  readonly inverse: Float64Array;
  /** Coupling of p_i with phi_i' dtheta, times `inverse`. */
  readonly slope: Float64Array;
  /** (phi' dtheta)^2 */
  readonly curvature: Float64Array;
  /** -(phi' dtheta) dq */
  readonly coupling: Float64Array;
  /** dq^2 */
  readonly width: Float64Array;
}

export const newResidualForm = (n: number): ResidualForm => ({
  inverse: new Float64Array(n),
  slope: new Float64Array(n),
  curvature: new Float64Array(n),
  coupling: new Float64Array(n),
  width: new Float64Array(n),
});

/** What every programme here minimises over: rows, the radius and the penalty of theta. */
export interface ResidualProblem {
  readonly n: number;
  readonly N: number;
  /** Features, n x N, row after row. */
  readonly phi: Float64Array;
  readonly y: Float64Array;
  readonly eps: number;
  readonly lambda: number;
  /** Whether an intercept that is not penalised stands beside theta; Phi and y are then about their means. Default false. */
  readonly intercept?: boolean;
}

/** The regressors of a problem: its features and, with an intercept, a 1 in every row. */
export const designOf = ({ n, N, phi, intercept }: ResidualProblem): Design => ({
  n,
  N,
  M: intercept ? N + 1 : N,
  rows: phi,
});

/**
 * The 2 n inequalities at x = (theta, p, ...), y left out: s_i = p_i + theta' phi_i and s_(n+i) = p_i - theta' phi_i.
 * @param length of the slacks in all; those after the first 2 n are 0
 */
export function residualSlacks(design: Design, x: Float64Array, length: number): Float64Array {
  const { n, M } = design;
  const s = mappedNumbers(length);
  const fitted = outputsOf(design, x);
  for (let i = 0; i < n; i++) {
    s[i] = x[M + i]! + fitted[i]!;
    s[n + i] = x[M + i]! - fitted[i]!;
  }
  return s;
}

/** The transpose of that on their duals, theta and p of a vector of `size` variables; the others are 0. */
export function residualPull(design: Design, z: Float64Array, size: number): Float64Array {
  const { n, M } = design;
  const out = new Float64Array(size);
  const u = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    u[i] = z[i]! - z[n + i]!;
    out[M + i] = z[i]! + z[n + i]!;
  }
  out.set(weightedSum(design, u));
  return out;
}

/** The duals u_i of the residuals; with an intercept their sum is 0. */
export function residualDuals(z: Float64Array, n: number, intercept = false): Float64Array {
  const u = Float64Array.from({ length: n }, (_, i) => z[i]! - z[n + i]!);
  return intercept ? withSumZero(u) : u;
}

/** How far inside the cones a start lies, in root mean squares of |r| + eps q; both half and twice of it cost iterations. */
export const DISTANCE = 0.3;

/** Where an interior point begins: `distance` inside the cones of the residuals r_i, at bounds eps q_i on what eps costs. */
export interface ResidualStart {
  readonly residuals: Float64Array;
  readonly costs: Float64Array;
  readonly distance: number;
}

/**
 * Sets p_i = (r_i^2 + distance^2)^(1/2), its two slacks, and their duals, which are complementary with sum t_i = p_i + eps q_i.
 * @returns t
 */
export function startResiduals(
  { residuals, costs, distance }: ResidualStart,
  { p, s, z }: { readonly p: Float64Array; readonly s: Float64Array; readonly z: Float64Array },
): Float64Array {
  const n = residuals.length;
  return residuals.map((residual, i) => {
    p[i] = Math.hypot(residual, distance);
    // The smaller of p - r and p + r without cancellation: the product of the two is distance^2.
    const wide = p[i]! + Math.abs(residual);
    const narrow = distance ** 2 / wide;
    s[i] = residual > 0 ? narrow : wide;
    s[n + i] = residual > 0 ? wide : narrow;
    const t = p[i]! + costs[i]!;
    z[i] = (t * s[n + i]!) / (2 * p[i]!);
    z[n + i] = (t * s[i]!) / (2 * p[i]!);
    return t;
  });
}

/** The form at a scaling whose first 2 n coordinates are the residual inequalities. */
export function residualForm({ weight }: Scaling, eps: number, out: ResidualForm): void {
  const n = out.inverse.length;
  for (let i = 0; i < n; i++) {
    const above = 1 / (weight[i]! * weight[i]!);
    const below = 1 / (weight[n + i]! * weight[n + i]!);
    const total = above + below;
    const inverse = 1 / (1 + total);
    out.inverse[i] = inverse;
    out.slope[i] = (above - below) * inverse;
    out.curvature[i] = (total + 4 * above * below) * inverse;
    out.coupling[i] = eps * out.slope[i]!;
    out.width[i] = eps * eps * total * inverse;
  }
}
