import { increasingRoot } from '../../numerics/rootFinding.ts';
import { newAverages } from '../channels/averages.ts';
import { labelSlope } from '../channels/criticalMarginRadius.ts';
import type { Teacher } from '../channels/marginLaw.ts';
import { ResidualLaw } from '../channels/residualLaw.ts';
import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { solveFixedPoint } from '../fixedPoint.ts';
import { CoordinateEquations, type CoordinateProblem } from './coordinateEquations.ts';
import type { LinfMarginProblem } from './marginEquations.ts';
import type { LinfRegressionProblem } from './regressionEquations.ts';
import { newShrinkage, shrinkage } from './shrinkage.ts';

/** The least pressure zt = eps E |l'(y)| under which theta = 0, and the direction in which theta leaves 0. */
export interface CriticalPressure {
  readonly pressure: number;
  /** x sqrt(t) as t -> 0 */
  readonly curvature: number;
  /** V/sqrt(t), q/sqrt(t) and E f u/sqrt(t) there */
  readonly susceptibility: number;
  readonly gradientNorm: number;
  readonly overlap: number;
}

/**
 * Near theta = 0 only terms of first order count: the equations of `CoordinateEquations` at eta = lambda = 0, where x sqrt(t)
 * and zt remain. With w = zt/(x sqrt t) and h = 1/(x sqrt t),
 *
 *     w nu E 2 phi(a/nu) + mu1^2 (1 - D) = mu1^2 psi1,   mu1^2 E (a - mu1 g)^2 + h^2 chi muStar^2/psi2 = mu1^4 psi1,
 *
 * the left sides increasing in w, and along the first in h. Infinity without a nonlinear part.
 */
export function criticalPressure(
  model: CoordinateModel,
  problem: CoordinateProblem,
  score: { readonly mu: number; readonly chi: number },
): CriticalPressure {
  const { psi1, mu1, muStarSquared, nuSquared } = model;
  const { psi2, rho, signal } = problem;
  const { mu, chi } = score;
  if (psi1 === Infinity)
    return {
      pressure: Infinity,
      curvature: Infinity,
      susceptibility: 0,
      gradientNorm: 0,
      overlap: 0,
    };
  const linear = mu1 * mu1;
  const nu = Math.sqrt(nuSquared);
  const a = newShrinkage();
  const at = (w: number, h: number): void => {
    shrinkage(signal, mu * h * rho, linear + (h * h * chi) / psi2, w, nu, a);
  };
  /** The second left side over the right. */
  const growth = (h: number): number => {
    const noise = (h * h * chi) / psi2;
    const T = noise * (1 - 2 * a.lost) + mu * h * (mu * h * rho * rho - 2 * rho * a.signalPull) + a.pull;
    return (linear * T + noise * muStarSquared) / (linear * linear * psi1);
  };
  const x = new Float64Array([Math.log((linear * psi1) / nu), Math.log(mu1)]);
  const { residual } = solveFixedPoint((from, out) => {
    const [w, h] = [Math.exp(from[0]!), Math.exp(from[1]!)];
    at(w, h);
    out[0] = Math.log((linear * psi1) / (nu * a.peak + (linear * a.lost) / w));
    out[1] = from[1]! - 0.5 * Math.log(growth(h));
  }, x);
  if (!(residual < 1e-11)) {
    let log = 0;
    const outer = increasingRoot((y) => {
      log = increasingRoot((v) => {
        at(Math.exp(v), Math.exp(y));
        return Math.exp(v) * nu * a.peak + linear * (a.lost - psi1);
      }, log).value;
      return growth(Math.exp(y)) - 1;
    }, 0);
    x[1] = outer.value;
    x[0] = log;
  }
  const [w, h] = [Math.exp(x[0]!), Math.exp(x[1]!)];
  const there = new CoordinateEquations(model, { ...problem, lambda: 0 });
  there.at({ eta: 0, mu, chi, attack: w / h }, 1, 1 / h);
  return {
    pressure: w / h,
    curvature: 1 / h,
    susceptibility: there.susceptibility,
    gradientNorm: there.gradientNorm,
    overlap: there.overlap,
  };
}

/** A critical radius, and the direction in which theta leaves 0 there. */
export interface CriticalPoint extends CriticalPressure {
  readonly eps: number;
}

/** The radius from which on a regression has theta = 0. */
export function criticalLinfRegression(
  model: CoordinateModel,
  problem: Omit<LinfRegressionProblem, 'eps'>,
): CriticalPoint {
  const score = untrainedScore(problem);
  const critical = criticalPressure(model, problem, score);
  return { ...critical, eps: critical.pressure / score.attack };
}

/** What a channel hands to the features at theta = 0. */
export interface UntrainedScore {
  /** E dg/du */
  readonly mu: number;
  /** E g^2 */
  readonly chi: number;
  /** E dl/dc */
  readonly attack: number;
}

/** The score of a regression that has learnt nothing. */
export function untrainedScore({
  rho,
  noise,
  channel,
}: Pick<LinfRegressionProblem, 'rho' | 'noise' | 'channel'>): UntrainedScore {
  const law = new ResidualLaw(noise);
  law.missed = rho ** 2;
  return channel.untrained(law, newAverages());
}

/** A norm of the gradient, in units of the score's, that squares would bring out of the range of numbers. */
const INVISIBLE = 1e-140;

/**
 * Whether an attack on linear features, which have no critical radius, leaves so few coordinates that the range of numbers ends
 * before them: theta is then 0 to rounding.
 */
export function nothingStandsOut(
  { psi1 }: CoordinateModel,
  { psi2, rho, signal }: CoordinateProblem,
  { mu, chi, attack }: UntrainedScore,
  eps: number,
): boolean {
  if (psi1 < Infinity) return false;
  const { norm } = shrinkage(signal, mu * rho, chi / psi2, eps * attack, 0, newShrinkage());
  return norm < INVISIBLE * (mu * rho + Math.sqrt(chi / psi2));
}

/**
 * The radius from which on a classifier has theta = 0, whatever the loss: of its score at 0 only the
 * scale matters.
 */
export function criticalLinfMargin(
  model: CoordinateModel,
  { teacher, ...problem }: Omit<LinfMarginProblem, 'eps' | 'channel'>,
): CriticalPoint {
  const critical = criticalPressure(model, problem, labelScore(teacher));
  return { ...critical, eps: critical.pressure };
}

/** The score of a classifier that has learnt nothing, in units of its own. */
export const labelScore = (teacher: Teacher): UntrainedScore => ({
  mu: labelSlope(teacher),
  chi: 1,
  attack: 1,
});
