import { increasingRoot } from '../numerics/rootFinding.ts';
import { CRITICAL, criticalRadius, immuneRadius, squareScore } from './criticalRadius.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { exactFit, fitsExactly, labelVariance, type Phase, SQUARE } from './phases.ts';
import { type Problem, SaddleEquations } from './saddleEquations.ts';
import { NOWHERE, nestedBrackets, newton, type Start } from './saddleSolvers.ts';

/** A solution of the saddle-point equations, in the letters of `SaddleEquations`. */
export interface SaddlePoint {
  /** which of the regimes it lies in */
  readonly phase: Phase;
  /** s^2 */
  readonly risk: number;
  /** the gradient norm */
  readonly q: number;
  /** 1/V: 0 for ridgeless interpolators, Infinity in the null phase */
  readonly kappa: number;
  /** eps q / (kappa s), the scaled size below which residuals are fitted exactly */
  readonly u: number;
  /** |theta|^2 */
  readonly thetaNormSquared: number;
  /** E f(x) <x, beta>/rho^2; NaN where the risk has no limit */
  readonly alignment: number;
  /** solver steps */
  readonly iterations: number;
  /** the largest relative error of the three equations */
  readonly residual: number;
  /** residual below 1e-10 */
  readonly converged: boolean;
}

const ACCEPTED = 1e-10;
/** Below this radius squares of eps underflow, while its limit has long been reached. */
const LEAST_EPS = 1e-100;
/** From this penalty on theta is proportional to 1/lambda to rounding; far beyond it squares underflow. */
const LARGEST_LAMBDA = 1e60;

/** Solves the training problem over `map`; decides the phase first, since iteration only creeps towards the null one. */
export function solveSaddlePoint(map: FeatureMap, problem: Problem, start: Start = NOWHERE): SaddlePoint {
  const { eps, lambda, noise } = problem;
  if (eps > 0 && (eps < LEAST_EPS || lambda > LARGEST_LAMBDA)) return extreme(map, problem);
  const untrained = labelVariance(map, problem);
  if (eps > 0 && eps >= CRITICAL * criticalRadius(map, problem, squareScore(untrained)))
    return nullPoint(untrained);
  if (noise === 0 && fitsExactly(map, problem)) return exactPoint(map, problem);
  const equations = new SaddleEquations(map, problem);
  if (eps === 0) return lambda === 0 ? ridgeless(equations) : unattacked(equations);
  const immune = map.unattacked && immunePoint(map.unattacked, problem);
  if (immune) return immune;
  const near = start.kappa > 0 && start.kappa < Infinity && start.u > 0 && start.u < Infinity;
  const steps =
    (near && newton(equations, start)) ||
    newton(equations, NOWHERE) ||
    newton(equations, weakAttack(equations)) ||
    nestedBrackets(equations);
  return point(equations, 'learning', steps);
}

/** Problems whose squares leave the range of numbers, through the ordinary ones that share their limits. */
function extreme(map: FeatureMap, problem: Problem): SaddlePoint {
  const { eps, lambda } = problem;
  if (eps < LEAST_EPS) {
    // As both vanish only lambda/eps^2 matters; beside any other lambda so small an attack does not.
    const grown = (Math.sqrt(lambda) * (LEAST_EPS / eps)) ** 2;
    return solveSaddlePoint(
      map,
      grown < LEAST_EPS ? { ...problem, eps: LEAST_EPS, lambda: grown } : { ...problem, eps: 0 },
    );
  }
  const shrunk = LARGEST_LAMBDA / lambda;
  const found = solveSaddlePoint(map, { ...problem, lambda: LARGEST_LAMBDA });
  const { q, thetaNormSquared, alignment } = found;
  return {
    ...found,
    q: q * shrunk,
    thetaNormSquared: thetaNormSquared * shrunk * shrunk,
    alignment: alignment * shrunk,
  };
}

/** Where the solution of the problem without attack would be under one too weak to change it. */
function weakAttack({ map, problem }: SaddleEquations): Start {
  const { eps, lambda, psi2 } = problem;
  // Interpolators: nearly every point is fitted exactly, and both scales follow from eps.
  if (lambda === 0 && psi2 <= map.rank) return { u: 1 / eps, kappa: eps * eps };
  const without = solveSaddlePoint(map, { ...problem, eps: 0 });
  return { u: (eps * without.q) / (without.kappa * Math.sqrt(without.risk)), kappa: without.kappa };
}

/**
 * The attack may have no hold on some of the features (J vanishes there). From a critical radius on the others are not
 * used, q = 0, and the unattacked ones are fitted as without attack. Where they alone leave no loss, any attack is beyond
 * critical. Undefined below the critical radius.
 */
function immunePoint(unattacked: UnattackedFeatures, problem: Problem): SaddlePoint | undefined {
  const alone = solveSaddlePoint(unattacked.map, { ...problem, eps: 0 });
  const { phase, kappa, risk } = alone;
  if (phase === 'exact' || phase === 'infinite') return alone;
  if (kappa > 0) {
    // The score is eta = kappa/(1 + kappa) times the residual of a fresh row.
    const score = { ...squareScore(risk), eta: kappa / (1 + kappa) };
    if (problem.eps < CRITICAL * immuneRadius(unattacked, problem, score)) return undefined;
  }
  return { ...alone, phase: 'immune' };
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

function point(equations: SaddleEquations, phase: Phase, iterations: number): SaddlePoint {
  const { kappa, u, residual, thetaNormSquared } = equations;
  return {
    phase,
    risk: equations.risk,
    q: Math.sqrt(equations.gradientSquared),
    kappa,
    u: phase === 'ridgeless' && kappa === 0 ? Number.POSITIVE_INFINITY : u,
    thetaNormSquared,
    alignment: equations.eta * equations.moments.signal,
    iterations,
    residual,
    converged: residual < ACCEPTED,
  };
}

const found = { iterations: 0, residual: 0, converged: true };

function exactPoint(map: FeatureMap, problem: Problem): SaddlePoint {
  const { signalI, signalJ } = exactFit(map, problem);
  const { rho } = problem;
  const q = rho * Math.sqrt(signalJ);
  const thetaNormSquared = rho * rho * signalI;
  const alignment = map.signalVariance;
  return { phase: 'exact', risk: 0, q, kappa: Infinity, u: Infinity, thetaNormSquared, alignment, ...found };
}

const nullPoint = (risk: number): SaddlePoint => ({
  phase: 'null',
  risk,
  q: 0,
  kappa: Infinity,
  u: 0,
  thetaNormSquared: 0,
  alignment: 0,
  ...found,
});

const infinitePoint = (): SaddlePoint => ({
  phase: 'infinite',
  risk: Infinity,
  q: Infinity,
  kappa: 0,
  u: 0,
  thetaNormSquared: Infinity,
  alignment: Number.NaN,
  ...found,
});
