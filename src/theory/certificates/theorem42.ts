import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkNonNegative, checkPositive, UserError } from '../../errors.ts';
import { erf } from '../../numerics/gaussian.ts';
import { A, misfit, rootV, supremumOverL, THRESHOLD } from './theorem42Inner.ts';

/**
 * Theorem 4.2 of Hassani & Javanmard (arXiv 2201.05149): for the shifted ReLU at lambda = 0 the training loss tends to
 * max over beta, gamma, tauQ of min over alpha, tauG of R. Written here from the paper, sharing nothing with the solver
 * but erf: a solution whose image makes the gradient of R vanish is certified.
 */
export interface Theorem42Point {
  /** minimised; alpha^2 is the standard risk less what no theta can explain */
  readonly alpha: number;
  /** minimised; beta times the width of the Moreau envelope of the loss */
  readonly tauG: number;
  /** maximised */
  readonly beta: number;
  /** maximised; the multiplier of the bound on the gradient norm */
  readonly gamma: number;
  /** maximised; tauQ / alpha is the multiplier of the standard risk */
  readonly tauQ: number;
}

/** The paper's setting: |beta| = 1, lambda = 0, shifted ReLU, eps > 0. */
export interface Theorem42Problem {
  /** N/d */
  readonly psi1: number;
  /** n/d */
  readonly psi2: number;
  /** l2 radius of the training attack */
  readonly eps: number;
  /** standard deviation of the label noise */
  readonly tau: number;
}

/** The theorem's objective R at a point, and what its inner problems give there. */
export interface Theorem42Value {
  /** R at the point */
  readonly value: number;
  /** its derivatives in the five scalars; all vanish at a solution */
  readonly gradient: Theorem42Point;
  /** the root v of the paper's scalar equation; 0 below its threshold */
  readonly v: number;
  /** the maximiser l */
  readonly l: number;
}

const POINT: OptionNames<Theorem42Point> = { alpha: true, tauG: true, beta: true, gamma: true, tauQ: true };
const PROBLEM: OptionNames<Theorem42Problem> = { psi1: true, psi2: true, eps: true, tau: true };

/**
 * R and its gradient; the inner root and the inner supremum are eliminated exactly.
 * @throws InvalidArgumentError for an unknown option, or one out of its domain
 */
export function theorem42(point: Theorem42Point, problem: Theorem42Problem): Theorem42Value {
  checkOptions('theorem42', point ?? null, POINT);
  checkOptions('theorem42', problem ?? null, PROBLEM);
  const { alpha, tauG, beta, gamma, tauQ } = point;
  const { psi1, psi2, eps, tau } = problem;
  for (const name of Object.keys(POINT) as (keyof Theorem42Point)[]) checkPositive(name, point[name]);
  checkPositive('psi1', psi1);
  checkPositive('psi2', psi2);
  checkPositive('eps', eps);
  checkNonNegative('tau', tau);
  const sigmaSquared = misfit(psi1, tau);
  const size = alpha * alpha + sigmaSquared;
  const sum = tauG + beta;
  const T = tauQ / alpha;

  // 1{Gamma > sqrt(2/pi)} weight (erf(v/sqrt 2) - Gamma v); its differential in Gamma and beta/tauG is
  // weight (-2 v dGamma + v^2 d(beta/tauG)).
  const Gamma = (gamma * sum) / (eps * beta * Math.sqrt(size));
  const v = Gamma > THRESHOLD ? rootV(Gamma, beta / tauG) : 0;
  const weight = (beta * beta * size) / (2 * tauG * sum);
  const bracket = v > 0 ? erf(v / Math.SQRT2) - Gamma * v : 0;
  const slope = -2 * v * weight * Gamma;
  const middle = (beta * tauG * psi2) / 2 + (beta * size) / (2 * sum) + weight * bracket;
  const byAlpha = (beta * alpha) / sum + ((weight * bracket * 2 - slope) * alpha) / size;
  const byTauG =
    (beta * psi2) / 2 -
    (beta * size) / (2 * sum * sum) -
    weight * bracket * (1 / tauG + 1 / sum) +
    slope / sum -
    (weight * v * v * beta) / (tauG * tauG);
  const byBeta =
    (tauG * psi2) / 2 +
    (tauG * size) / (2 * sum * sum) +
    weight * bracket * (2 / beta - 1 / sum) +
    slope * (1 / sum - 1 / beta) +
    (weight * v * v) / tauG;

  const { l, supremum, transform } = supremumOverL(psi1, T, beta, gamma);
  const byT =
    0.5 * (tau * tau + 1 - sigmaSquared - alpha * alpha) +
    supremum / (T * T) -
    l * psi1 * (1 + (1 - A * l) * transform);
  return {
    value: 0.5 * T * (tau * tau + 1 - sigmaSquared - alpha * alpha) + middle - supremum / T,
    gradient: {
      alpha: byAlpha - alpha * T - (T * byT) / alpha,
      tauG: byTauG,
      beta: byBeta - (l * psi1 * beta * (1 + A * (1 - l) * transform)) / T,
      gamma: slope / gamma + (l * gamma) / ((1 - l) * T),
      tauQ: byT / alpha,
    },
    v,
    l,
  };
}

/**
 * The image of a solution (s, q, V) of the three saddle-point equations, b as defined there. tauQ, which the three
 * equations do not know, is taken from stationarity in alpha; four components of the gradient are left as a test.
 */
export function theorem42Point(
  { s, q, V, b }: { s: number; q: number; V: number; b: number },
  { psi1, psi2, eps, tau }: Theorem42Problem,
): Theorem42Point {
  if (!(eps > 0 && q > 0 && V > 0))
    throw new UserError('Theorem 4.2 certifies learning solutions with eps > 0 only');
  const beta = b / Math.sqrt(psi2);
  const tauG = beta * V;
  const alpha = Math.sqrt(s * s - misfit(psi1, tau));
  const v = (eps * q * V) / s;
  const Gamma = (v * beta) / tauG + v * erf(v / Math.SQRT2) + THRESHOLD * Math.exp(-0.5 * v * v);
  const sum = tauG + beta;
  const weight = (beta * beta) / (tauG * sum);
  return {
    alpha,
    tauG,
    beta,
    gamma: (Gamma * eps * beta * s) / sum,
    tauQ: alpha * (beta / sum + weight * erf(v / Math.SQRT2)),
  };
}
