import type { FeatureMap } from './featureMaps/featureMap.ts';
import { criticalEpsSquared, labelVariance, type Phase } from './phases.ts';
import { increasingRoot } from './rootFinding.ts';
import { type Problem, SaddleEquations } from './saddleEquations.ts';
import { NOWHERE, nestedBrackets, newton, type Start } from './solvers.ts';

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
  const near = start.kappa > 0 && start.kappa < Infinity && start.u > 0 && start.u < Infinity;
  const steps = (near && newton(equations, start)) || newton(equations, NOWHERE) || nestedBrackets(equations);
  return point(equations, 'learning', steps);
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
  map.moments(1, 0, 0, equations.moments);
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
  equations.map.moments(1, 0, 0, equations.moments);
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
