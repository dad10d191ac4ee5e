import type { FeatureMap } from './featureMaps/featureMap.ts';
import { criticalEpsSquared, labelVariance, type Phase } from './phases.ts';
import { increasingRoot } from './rootFinding.ts';
import { type Problem, SaddleEquations } from './saddleEquations.ts';

/** A solution of the saddle-point equations, in the letters of `SaddleEquations`. */
export interface SaddlePoint {
  readonly phase: Phase;
  /** s^2 */
  readonly risk: number;
  readonly q: number;
  /** 1/V: 0 for ridgeless interpolators, Infinity in the null phase */
  readonly kappa: number;
  readonly u: number;
  readonly thetaNormSquared: number;
  readonly iterations: number;
  /** the largest relative error of the three equations */
  readonly residual: number;
  readonly converged: boolean;
}

/** Where an iteration starts: a neighbouring solution, or nothing in particular. */
export type Start = Pick<SaddlePoint, 'u' | 'kappa'>;

const NOWHERE: Start = { u: 0.3, kappa: 1 };
const MAX_STEPS = 50;
const MAX_STRIDE = 3;
const DIFFERENCE = 1e-6;
const TOLERANCE = 1e-12;
const ACCEPTED = 1e-10;
/** rank F = n to rounding. */
const SQUARE = 1e-13;

/** Solves the training problem over `map`; decides the phase first, since iteration only creeps towards the null one. */
export function solveSaddlePoint(map: FeatureMap, problem: Problem, start: Start = NOWHERE): SaddlePoint {
  const { eps, lambda, noise } = problem;
  if (eps > 0 && eps * eps >= criticalEpsSquared(map, problem)) return nullPoint(map, problem);
  const equations = new SaddleEquations(map, problem);
  if (lambda === 0 && noise === 0 && fitsExactly(equations)) return exactPoint(equations);
  if (eps === 0) return lambda === 0 ? ridgeless(equations) : unattacked(equations);
  const near = Number.isFinite(start.kappa) && start.kappa > 0 && start.u > 0 ? start : NOWHERE;
  return newton(equations, near) ?? newton(equations, NOWHERE) ?? nested(equations);
}

/**
 * Newton's method in log u and log kappa on V kappa = 1, eps q = kappa u s, the Jacobian by differences. Strides are
 * bounded; undefined when it does not arrive.
 */
function newton(equations: SaddleEquations, start: Start): SaddlePoint | undefined {
  let x = Math.log(start.u);
  let y = Math.log(start.kappa);
  for (let iterations = 1; iterations <= MAX_STEPS; iterations++) {
    equations.at(Math.exp(x), Math.exp(y));
    const f = equations.traceEquation;
    const g = equations.gradientEquation;
    const error = Math.max(Math.abs(f), Math.abs(g));
    if (!(error < Number.POSITIVE_INFINITY)) return undefined;
    if (error < TOLERANCE) return point(equations, 'learning', iterations);

    equations.at(Math.exp(x + DIFFERENCE), Math.exp(y));
    const fx = (equations.traceEquation - f) / DIFFERENCE;
    const gx = (equations.gradientEquation - g) / DIFFERENCE;
    equations.at(Math.exp(x), Math.exp(y + DIFFERENCE));
    const fy = (equations.traceEquation - f) / DIFFERENCE;
    const gy = (equations.gradientEquation - g) / DIFFERENCE;
    const determinant = fx * gy - fy * gx;
    const dx = (fy * g - gy * f) / determinant;
    const dy = (gx * f - fx * g) / determinant;
    const stride = Math.max(Math.abs(dx), Math.abs(dy));
    const damping = stride > MAX_STRIDE ? MAX_STRIDE / stride : 1;
    x += damping * dx;
    y += damping * dy;
  }
  return undefined;
}

/**
 * The safeguard: V kappa increases with kappa, which gives kappa(u), and along it the gradient equation changes sign
 * once, from + at u -> 0 (the attack is below critical) to - at the largest u. Two nested brackets cannot miss it.
 */
function nested(equations: SaddleEquations): SaddlePoint {
  let y = 0;
  let iterations = 0;
  const outer = increasingRoot((x) => {
    const inner = increasingRoot(
      (logKappa) => equations.at(Math.exp(x), Math.exp(logKappa)).traceEquation,
      y,
    );
    iterations += inner.iterations;
    // Beyond the largest share of points that the features can fit there is no kappa: too large a u.
    if (!inner.converged) return 1;
    y = inner.value;
    equations.at(Math.exp(x), Math.exp(y));
    return -equations.gradientEquation;
  }, -1);
  equations.at(Math.exp(outer.value), Math.exp(y));
  return point(equations, 'learning', iterations);
}

/** eps = 0, lambda > 0: one equation for kappa. */
function unattacked(equations: SaddleEquations): SaddlePoint {
  const root = increasingRoot((y) => equations.at(0, Math.exp(y)).traceEquation, 0);
  return point(equations.at(0, Math.exp(root.value)), 'learning', root.iterations);
}

/** eps = lambda = 0: least squares when n > rank F, the interpolator of least norm (kappa = 0) when n < rank F. */
function ridgeless(equations: SaddleEquations): SaddlePoint {
  const overdetermination = equations.problem.psi2 / equations.map.rank;
  if (Math.abs(overdetermination - 1) < SQUARE) return infinitePoint();
  if (overdetermination > 1) return point(equations.at(0, overdetermination - 1), 'ridgeless', 1);
  // What is left of lambda/kappa is the implicit ridge; V kappa falls as it grows.
  const root = increasingRoot((x) => -equations.at(0, 0, Math.exp(x)).traceEquation, 0);
  return point(equations.at(0, 0, Math.exp(root.value)), 'ridgeless', root.iterations);
}

/**
 * Without noise, penalty or misfit the residual |r| + eps q has its kink at the true signal, and a small attack cannot
 * move the answer away: along V kappa = 1 the gradient equation then stays positive as kappa -> infinity.
 */
function fitsExactly(equations: SaddleEquations): boolean {
  const { map, problem } = equations;
  if (problem.psi2 <= map.rank) return false;
  equations.at(0, 0, 0);
  if (equations.moments.bias > 1e-20 * map.signalVariance) return false;
  if (problem.eps === 0) return true;
  const far = 1e7;
  const root = increasingRoot((x) => -equations.at(Math.exp(x), far).traceEquation, -1);
  return equations.at(Math.exp(root.value), far).gradientEquation >= 0;
}

function point(equations: SaddleEquations, phase: Phase, iterations: number): SaddlePoint {
  const { kappa, u, residual, thetaNormSquared } = equations;
  return {
    phase,
    risk: equations.risk,
    q: Math.sqrt(equations.gradientSquared),
    kappa,
    u: phase === 'ridgeless' && kappa === 0 ? Number.POSITIVE_INFINITY : u,
    thetaNormSquared,
    iterations,
    residual,
    converged: residual < ACCEPTED,
  };
}

const found = { iterations: 0, residual: 0, converged: true };

function exactPoint(equations: SaddleEquations): SaddlePoint {
  equations.at(0, 0, 0);
  const { signalI, signalJ } = equations.moments;
  const { rho } = equations.problem;
  const q = rho * Math.sqrt(signalJ);
  const thetaNormSquared = rho * rho * signalI;
  return { phase: 'exact', risk: 0, q, kappa: Infinity, u: Infinity, thetaNormSquared, ...found };
}

const nullPoint = (map: FeatureMap, problem: Problem): SaddlePoint => ({
  phase: 'null',
  risk: labelVariance(map, problem),
  q: 0,
  kappa: Infinity,
  u: 0,
  thetaNormSquared: 0,
  ...found,
});

const infinitePoint = (): SaddlePoint => ({
  phase: 'infinite',
  risk: Infinity,
  q: Infinity,
  kappa: 0,
  u: 0,
  thetaNormSquared: Infinity,
  ...found,
});
