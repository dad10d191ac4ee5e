import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkNonNegative, checkPositive, InvalidArgumentError } from '../../errors.ts';
import { newTruncatedGaussian, truncatedGaussian } from '../../numerics/gaussian.ts';
import type { FeatureMap } from '../featureMaps/featureMap.ts';
import type { Problem } from '../saddleEquations.ts';
import type { SaddlePoint } from '../saddlePoint.ts';
import { type Certificate, relativeGradient, theoremScalars } from './certificate.ts';

/**
 * Adversarially trained linear regression on x ~ N(0, I_d) as a min-max problem over scalars, by the convex Gaussian
 * min-max theorem: the problem behind Theorem 5 of Javanmard, Soltanolkotabi & Hassani (arXiv 2002.10477), which keeps
 * instead of the two parts of the error its norm and a multiplier. The training loss tends to
 *
 *     min over a, h, tauG, max over beta of
 *       beta tauG/2 - beta h/sqrt(psi2) + E min over r of [ (beta/2 tauG)(s G - r)^2 + (|r| + eps q)^2/2 ],
 *
 * theta = (1 + a) beta_0 + h times a direction orthogonal to the signal beta_0, |beta_0| = 1,
 * s^2 = tau^2 + a^2 + h^2 and q^2 = (1 + a)^2 + h^2.
 */
export interface LinearPoint {
  /** theta along the signal, less 1 */
  readonly a: number;
  /** |theta| across the signal */
  readonly h: number;
  /** the maximised scalar */
  readonly beta: number;
  /** beta times the width of the Moreau envelope of the loss */
  readonly tauG: number;
}

/** Isotropic linear regression with |beta_0| = 1 and lambda = 0. */
export interface LinearProblem {
  /** n/d; > 0 */
  readonly psi2: number;
  /** l2 radius of the training attack; > 0 */
  readonly eps: number;
  /** standard deviation of the label noise */
  readonly tau: number;
}

/** The image of a solution (s, q, V) of the saddle-point equations, b as defined there; the gradient vanishes at it. */
export function linearPoint(
  { s, q, V, b }: { s: number; q: number; V: number; b: number },
  tau: number,
): LinearPoint {
  const a = (q * q - s * s + tau * tau - 1) / 2;
  return { a, h: Math.sqrt(s * s - tau * tau - a * a), beta: b, tauG: b * V };
}

/** Isotropic linear regression at lambda = 0 by its scalar min-max problem. */
export function certifyLinear(
  map: FeatureMap,
  problem: Problem,
  solution: SaddlePoint,
): Certificate | undefined {
  const scalars = theoremScalars(map, problem, solution);
  if (!scalars) return undefined;
  const { psi2, eps } = problem;
  const point = linearPoint(scalars, scalars.tau);
  const objective = linearObjective(point, { psi2, eps, tau: scalars.tau });
  return { route: 'linear min-max', error: relativeGradient(point, objective) };
}

/** What {@link linearObjective} is at a point. */
export interface LinearObjective {
  /** the limit of the training loss, at a saddle point */
  readonly value: number;
  /** its derivatives in the four scalars; all vanish at a solution */
  readonly gradient: LinearPoint;
}

const POINT: OptionNames<LinearPoint> = { a: true, h: true, beta: true, tauG: true };
const PROBLEM: OptionNames<LinearProblem> = { psi2: true, eps: true, tau: true };

/**
 * The objective and its gradient at a point.
 * @param point at which to evaluate
 * @param problem sample size, radius and noise
 * @throws InvalidArgumentError for an unknown option, or one out of its domain
 */
export function linearObjective(point: LinearPoint, problem: LinearProblem): LinearObjective {
  checkOptions('linearObjective', point ?? null, POINT);
  checkOptions('linearObjective', problem ?? null, PROBLEM);
  const { a, h, beta, tauG } = point;
  const { psi2, eps, tau } = problem;
  checkPositive('psi2', psi2);
  checkPositive('eps', eps);
  checkNonNegative('tau', tau);
  if (!Number.isFinite(a)) throw new InvalidArgumentError('a', a, 'a finite number');
  checkPositive('h', h);
  checkPositive('beta', beta);
  checkPositive('tauG', tauG);
  const s = Math.hypot(tau, a, h);
  const q = Math.hypot(1 + a, h);
  const kappa = beta / tauG;
  const c = eps * q;
  const u = c / (kappa * s);
  const { excess, excessSquared, p, maxwell } = truncatedGaussian(u, newTruncatedGaussian());
  // r = kappa s (|G| - u)_+ / (1 + kappa); the envelope has the derivatives of its terms at that r.
  const k = kappa / (1 + kappa);
  const meanR = k * s * excess;
  const meanRSquared = k * k * s * s * excessSquared;
  // E G r sign(G) = k s E |G| (|G| - u)_+, and E (s|G| - r)^2 from it.
  const meanGR = k * s * (1 - maxwell - u * p);
  const distance = s * s - 2 * s * meanGR + meanRSquared;
  const loss = 0.5 * (meanRSquared + 2 * c * meanR + c * c);
  const byS = kappa * (s - meanGR);
  const byC = meanR + c;
  return {
    value: 0.5 * beta * tauG - (beta * h) / Math.sqrt(psi2) + 0.5 * kappa * distance + loss,
    gradient: {
      a: (byS * a) / s + (byC * eps * (1 + a)) / q,
      h: (byS * h) / s + (byC * eps * h) / q - beta / Math.sqrt(psi2),
      beta: 0.5 * tauG - h / Math.sqrt(psi2) + distance / (2 * tauG),
      tauG: 0.5 * beta - (beta * distance) / (2 * tauG * tauG),
    },
  };
}

/**
 * Proposition 13 of arXiv 2002.10477: the standard risk to first order in eps, for n > d.
 * @param psi2 n/d > 1
 * @param tau standard deviation of the label noise
 * @param eps l2 radius of the training attack, small
 * @throws InvalidArgumentError for one out of its domain
 */
export function smallEpsRisk(psi2: number, tau: number, eps: number): number {
  if (!(checkPositive('psi2', psi2) > 1)) throw new InvalidArgumentError('psi2', psi2, 'a number > 1');
  checkNonNegative('tau', tau);
  checkNonNegative('eps', eps);
  const excess = psi2 - 1;
  return (
    (psi2 * tau * tau) / excess -
    (2 * Math.sqrt(2 / Math.PI) * tau ** 3 * psi2 ** 1.5 * eps) / (excess ** 2 * Math.sqrt(tau ** 2 + excess))
  );
}
