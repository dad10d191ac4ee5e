import { increasingRoot } from '../../numerics/rootFinding.ts';
import type { UntrainedScore } from '../criticalRadius.ts';
import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { solveFixedPoint } from '../fixedPoint.ts';
import { newShrinkage, shrinkage } from '../linf/shrinkage.ts';
import { type CoordinateProblem, CoordinateReadOut } from './coordinateReadOut.ts';

/** The least pressure eps E dl/dc against linf under which theta = 0, and the direction in which theta leaves 0 there. */
export interface CriticalDirection {
  readonly pressure: number;
  /** x sqrt(t) as t -> 0 */
  readonly curvature: number;
  /** V/sqrt(t) and q/sqrt(t) there */
  readonly susceptibility: number;
  readonly gradientNorm: number;
}

/**
 * Near theta = 0 only terms of first order count: the equations of `CoordinateReadOut` at eta = lambda = 0, where x sqrt(t)
 * and the pressure remain. With w = pressure/(x sqrt t) and h = 1/(x sqrt t),
 *
 *     w nu E 2 phi(a/nu) + mu1^2 (1 - D) = mu1^2 psi1,   mu1^2 E (a - mu1 g)^2 + h^2 chi muStar^2/psi2 = mu1^4 psi1,
 *
 * the left sides increasing in w, and along the first in h. Infinity without a nonlinear part.
 */
export function criticalDirection(
  model: CoordinateModel,
  problem: CoordinateProblem,
  { mu, chi }: Pick<UntrainedScore, 'mu' | 'chi'>,
): CriticalDirection {
  const { psi1, mu1, muStarSquared, nuSquared } = model;
  const { psi2, rho, signal } = problem;
  if (psi1 === Infinity)
    return { pressure: Infinity, curvature: Infinity, susceptibility: 0, gradientNorm: 0 };
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
  const there = new CoordinateReadOut(model, { ...problem, lambda: 0 });
  there.evaluate({ eta: 0, mu, chi }, w / h, 1, 1 / h);
  const { susceptibility, gradientNorm } = there;
  return { pressure: w / h, curvature: 1 / h, susceptibility, gradientNorm };
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
