import { increasingRoot } from '../numerics/rootFinding.ts';
import type { SaddleEquations } from './saddleEquations.ts';

/** Where an iteration starts: a neighbouring solution, or nothing in particular. */
export interface Start {
  readonly u: number;
  readonly kappa: number;
}

/** From here Newton's method reaches the solution almost anywhere in the plane of the proportions. */
export const NOWHERE: Start = { u: 0.3, kappa: 1 };

const MAX_STEPS = 60;
/** In log u and log kappa. */
const MAX_STRIDE = 3;
const DIFFERENCE = 1e-6;
const TOLERANCE = 1e-13;
/** Where rounding stops the descent short of TOLERANCE. */
const STALLED = 1e-12;
/** A step that leaves more than this share of the error is followed by a fresh Jacobian. */
const GOOD_STEP = 0.2;

/**
 * Newton's method in log u and log kappa on V kappa = 1, eps q = kappa u s: the Jacobian by differences, kept up by
 * Broyden's rank-one corrections while they serve. Leaves `equations` at the solution and returns the number of steps;
 * 0 when it did not arrive.
 */
export function newton(equations: SaddleEquations, start: Start): number {
  let x = Math.log(start.u);
  let y = Math.log(start.kappa);
  let fx = 0;
  let fy = 0;
  let gx = 0;
  let gy = 0;
  let fresh = false;
  equations.at(Math.exp(x), Math.exp(y));
  let f = equations.traceEquation;
  let g = equations.gradientEquation;
  for (let step = 1; step <= MAX_STEPS; step++) {
    const error = Math.max(Math.abs(f), Math.abs(g));
    if (!(error < Number.POSITIVE_INFINITY)) return 0;
    if (error < TOLERANCE) return step;
    if (!fresh) {
      equations.at(Math.exp(x + DIFFERENCE), Math.exp(y));
      fx = (equations.traceEquation - f) / DIFFERENCE;
      gx = (equations.gradientEquation - g) / DIFFERENCE;
      equations.at(Math.exp(x), Math.exp(y + DIFFERENCE));
      fy = (equations.traceEquation - f) / DIFFERENCE;
      gy = (equations.gradientEquation - g) / DIFFERENCE;
    }
    const determinant = fx * gy - fy * gx;
    let dx = (fy * g - gy * f) / determinant;
    let dy = (gx * f - fx * g) / determinant;
    const stride = Math.max(Math.abs(dx), Math.abs(dy));
    if (stride > MAX_STRIDE) {
      dx *= MAX_STRIDE / stride;
      dy *= MAX_STRIDE / stride;
    }
    x += dx;
    y += dy;
    equations.at(Math.exp(x), Math.exp(y));
    const nextF = equations.traceEquation;
    const nextG = equations.gradientEquation;
    const nextError = Math.max(Math.abs(nextF), Math.abs(nextG));
    // With a true Jacobian and a small error, no progress means that rounding is all that is left.
    if (!fresh && error < STALLED && nextError >= error) {
      equations.at(Math.exp(x - dx), Math.exp(y - dy));
      return step;
    }
    fresh = nextError < GOOD_STEP * error && stride <= MAX_STRIDE;
    const length = dx * dx + dy * dy;
    const missF = (nextF - f - fx * dx - fy * dy) / length;
    const missG = (nextG - g - gx * dx - gy * dy) / length;
    fx += missF * dx;
    fy += missF * dy;
    gx += missG * dx;
    gy += missG * dy;
    f = nextF;
    g = nextG;
  }
  return 0;
}

/**
 * The safeguard: V kappa increases with kappa, which gives kappa(u); along it the gradient equation goes from + at
 * u -> 0 (the attack is below critical) to - at the largest u that the features can fit. Two nested brackets cannot miss
 * that change. Leaves `equations` at the solution and returns the number of evaluations.
 */
export function nestedBrackets(equations: SaddleEquations): number {
  let y = 0;
  let evaluations = 0;
  const outer = increasingRoot((x) => {
    const u = Math.exp(x);
    const inner = increasingRoot((log) => equations.at(u, Math.exp(log)).traceEquation, y, MAX_LOG_KAPPA);
    evaluations += inner.iterations;
    // No kappa: more points would be fitted exactly than the features can fit.
    if (!inner.converged) return 1;
    y = inner.value;
    return -equations.at(u, Math.exp(y)).gradientEquation;
  }, Math.log(NOWHERE.u));
  const u = Math.exp(outer.value);
  const inner = increasingRoot((log) => equations.at(u, Math.exp(log)).traceEquation, y, MAX_LOG_KAPPA);
  equations.at(u, Math.exp(inner.value));
  return evaluations;
}

const MAX_LOG_KAPPA = 300;
