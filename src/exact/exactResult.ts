import type { InteriorPoint } from './cone/interiorPoint.ts';
import type { WithLeaveOneOut } from './leaveOneOut/leaveOneOut.ts';

/** An exact solution, float64; r_i are the residuals on the training rows, q_i what eps multiplies there. */
export interface ExactResult extends WithLeaveOneOut {
  /** The minimiser found, one coefficient a feature, float64. */
  readonly theta: Float64Array;
  /** What the model adds to theta' phi; 0 where none is fitted. */
  readonly intercept: number;
  /** (1/2n) sum (|r_i| + eps q_i)^2 + (lambda/2) |theta|^2 at theta. */
  readonly objective: number;
  /** Objective minus a lower bound that a feasible dual point proves; no theta is better by more than this. */
  readonly dualityGap: number;
  /**
   * dualityGap / objective. An objective below 1e-18 of its value at theta = 0 is zero to working precision, as where more
   * features than data leave nothing to pay; it counts as solved, and this is then 0.
   */
  readonly relativeGap: number;
  /** (1/n) sum (|r_i| + eps q_i)^2: the adversarial error on the training rows. */
  readonly robustError: number;
  /** (1/n) sum r_i^2. */
  readonly cleanError: number;
  /** Interior-point iterations; 0 for a solution in closed form. */
  readonly iterations: number;
  /** Gradient of the Lagrangian in theta, relative to the gradient of the loss at theta = 0. */
  readonly residual: number;
  /** relativeGap <= tolerance. When false, theta and dualityGap are still valid, only less tight. */
  readonly converged: boolean;
  /** For `start` of the next solution along a path. */
  readonly warmStart: WarmStart;
}

/** An interior iterate, in the solver's own units. To be handed on as it is. */
export interface WarmStart {
  /** Null where no iterate was both near the optimum and well inside the cones, or none was to be kept. */
  readonly point: InteriorPoint | null;
  /** Radius that it was solved for; a start further than a factor of 1.25 from it is not used. */
  readonly eps: number;
  /** Penalty that it was solved for; a start at another one is not used. */
  readonly lambda: number;
}
