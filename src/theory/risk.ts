import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkNonNegative, checkPositive, InvalidArgumentError, UserError } from '../errors.ts';
import { fractionWithin, newTruncatedGaussian, truncatedGaussian } from '../numerics/gaussian.ts';
import { type Certificate, certify } from './certificates/certificate.ts';
import { isMarginLoss, type ResidualLoss } from './channels/losses.ts';
import type { Noise } from './channels/noise.ts';
import { type ResidualKind, residualKind } from './channels/residualKind.ts';
import {
  type ClassificationOptions,
  type ClassificationRisk,
  resolveClassification,
} from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import {
  type AttackKind,
  type AttackOptions,
  attackKind,
  type GradientNorms,
  type Norm,
  normOf,
} from './linf/norms.ts';
import { solveInNorm } from './linf/risk.ts';
import type { Phase } from './phases.ts';
import { solveRegression } from './regression.ts';
import type { Problem } from './saddleEquations.ts';
import { type SaddlePoint, solveSaddlePoint } from './saddlePoint.ts';
import { solveClassification } from './solveClassification.ts';

/** The training problem and the attack at test, in the scaling in which n, N and d grow in proportion. */
export interface RiskOptions extends AttackOptions {
  /** n/d, training samples per input dimension; > 0 */
  readonly psi2: number;
  /** radius of the training attack, O(1) while |x| is about sqrt(d): in l2 as it is, in linf sqrt(d) times that of a coordinate; >= 0 */
  readonly eps: number;
  /** ridge penalty, (lambda/2)|theta|^2 beside (1/2n) sum (|r| + eps q)^2; default 0 */
  readonly lambda?: number;
  /** standard deviation of the label noise; default 0 */
  readonly tau?: number;
  /** norm of the signal beta; default 1 */
  readonly rho?: number;
  /** radius of the attack at test, in the units of eps; default eps */
  readonly epsTest?: number;
  /** energy of a part of the target that no linear function of x explains; it acts as Gaussian noise; default 0 */
  readonly nonlinearEnergy?: number;
  /** the loss of the residual r = y - f(x); default 'square', r^2/2 */
  readonly loss?: ResidualLoss;
  /** the law of the label noise, which matters beyond its variance tau^2; default 'gaussian' */
  readonly noise?: Noise;
  /** also check the answer by an independent route; default false */
  readonly certify?: boolean;
}

/** The limit of an adversarially trained read-out as n, N, d grow in proportion. */
export interface AsymptoticRisk {
  /** E (y - f(x))^2 on new data, label noise included */
  readonly standardRisk: number;
  /** E max over |delta| <= epsTest of (y - f(x + delta))^2 */
  readonly adversarialRisk: number;
  /** the radius `adversarialRisk` belongs to */
  readonly epsTest: number;
  /** |grad f(x)|, which concentrates; trained against linf |grad f(x)|_1/sqrt(d) */
  readonly gradientNorm: number;
  /** both norms of the gradient, where `norm`, `testNorm` or `signal` is given */
  readonly gradientNorms?: GradientNorms;
  /** E |y - f(x)| on new data, where the noise or the loss is not the default; for {@link adversarialRiskAt} */
  readonly absoluteRisk?: number;
  /** |theta|^2 */
  readonly thetaNormSquared: number;
  /** (1/2n) sum (|r_i| + eps q)^2, or the mean of another loss at its worst, the penalty not included */
  readonly trainingLoss: number;
  /** (1/n) sum r_i^2 on the clean training data */
  readonly trainingError: number;
  /** share of the training residuals that are exactly 0 */
  readonly interpolatedFraction: number;
  /**
   * 'learning'; 'null': theta = 0, eps is critical or beyond; 'immune': the same of the features that the attack reaches,
   * while those with J = 0 are fitted as without attack; 'ridgeless': eps = lambda = 0, least squares or the interpolator
   * of least norm; 'infinite': the same at n = rank F, where the risk has no finite limit; 'exact': no noise and no misfit,
   * the signal is found exactly, though an attack or a penalty pulls at it.
   */
  readonly phase: Phase;
  /** solver steps; 0 for a phase known in closed form */
  readonly iterations: number;
  /** largest relative error of the saddle-point equations */
  readonly residual: number;
  /** residual below 1e-10; with another loss or noise below 1e-9 */
  readonly converged: boolean;
  /** with `certify: true` */
  readonly certificate?: Certificate;
}

/**
 * Standard and adversarial risk of adversarially trained regression on the frozen features of `map`, by the
 * saddle-point equations of Hassani & Javanmard (arXiv 2201.05149, Theorem 4.2), here with a ridge penalty and any
 * feature map.
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain; UserError when a certificate is asked for
 * where none exists.
 */
export function asymptoticRisk(map: FeatureMap, options: RiskOptions): AsymptoticRisk;
/**
 * Error and robust error of an adversarially trained classifier on the frozen features of `map`: a loss of the margin y f(x)
 * makes it one. A derivation checked by simulation, not a theorem.
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function asymptoticRisk(map: FeatureMap, options: ClassificationOptions): ClassificationRisk;
export function asymptoticRisk(
  map: FeatureMap,
  options: RiskOptions | ClassificationOptions,
): AsymptoticRisk | ClassificationRisk {
  if (isClassification(options)) {
    const { problem, epsTest, attack } = resolveClassification(checkMap(map), options);
    return solveClassification(map, problem, epsTest, attack).risk;
  }
  const { problem, epsTest, kind, attack } = resolveRiskOptions(options);
  if (attack) {
    if (options.certify !== undefined && checkBoolean('certify', options.certify))
      throw new UserError('no certificate where norm, testNorm or signal is given');
    return solveInNorm(checkMap(map), problem, kind, attack, epsTest).risk;
  }
  if (kind) {
    if (options.certify !== undefined && checkBoolean('certify', options.certify))
      throw new UserError('no certificate for a loss that is not the square, or noise that is not Gaussian');
    return solveRegression(checkMap(map), problem, kind, epsTest).risk;
  }
  const solution = solveSaddlePoint(checkMap(map), problem);
  const risk = riskOf(solution, problem, epsTest);
  return options.certify !== undefined && checkBoolean('certify', options.certify)
    ? { ...risk, certificate: certify(map, problem, solution) }
    : risk;
}

/** Whether these options are of classification: their loss is one of the margin. */
export const isClassification = (options: unknown): options is ClassificationOptions =>
  options !== null && typeof options === 'object' && 'loss' in options && isMarginLoss(options.loss);

/** Refuses a classifier where only risks of a regression are compared. @throws InvalidArgumentError for a loss of the margin */
export function refuseClassification(of: string, options: unknown): void {
  if (isClassification(options))
    throw new InvalidArgumentError('loss', options.loss, `a loss of the residual: ${of} knows no errors`);
}

/**
 * AR at any test radius from one solution, at no further cost: E (|y - f(x)| + eps q)^2.
 * @param risk of which two moments are enough
 * @param epsTest radius of the attack at test, in l2, or sqrt(d) times that of a coordinate in linf; >= 0
 * @param norm of that attack; default the one trained against. The other must be known: give `norm`, `testNorm` or `signal` to
 * `asymptoticRisk`
 * @throws InvalidArgumentError for a norm that the risk does not know
 */
export function adversarialRiskAt(
  {
    standardRisk,
    gradientNorm,
    gradientNorms,
    absoluteRisk,
  }: Pick<AsymptoticRisk, 'standardRisk' | 'gradientNorm' | 'gradientNorms' | 'absoluteRisk'>,
  epsTest: number,
  norm?: Norm,
): number {
  checkNonNegative('epsTest', epsTest);
  const q = norm === undefined ? gradientNorm : normOf({ gradientNorm, gradientNorms }, norm);
  if (epsTest === 0) return standardRisk;
  const c = epsTest * q;
  // A Gaussian residual, unless another mean is given.
  const mean = absoluteRisk ?? Math.sqrt(2 / Math.PI) * Math.sqrt(standardRisk);
  return standardRisk + 2 * c * mean + c * c;
}

/** The names of the options of a problem without certificate. */
export const PROBLEM_OPTIONS: OptionNames<Omit<RiskOptions, 'certify'>> = {
  psi2: true,
  eps: true,
  lambda: true,
  tau: true,
  rho: true,
  epsTest: true,
  nonlinearEnergy: true,
  loss: true,
  noise: true,
  norm: true,
  testNorm: true,
  signal: true,
};

/** The names of `RiskOptions`; {@link resolveRiskOptions} refuses others. */
export const RISK_OPTIONS: OptionNames<RiskOptions> = { ...PROBLEM_OPTIONS, certify: true };

/** From here on squares overflow. */
const LARGEST = 1e150;

/** A regression, its options checked. */
export interface ResolvedRisk {
  readonly problem: Problem;
  readonly epsTest: number;
  /** there for a loss or noise that is not the default */
  readonly kind?: ResidualKind;
  /** there where a norm or a law of the signal is given */
  readonly attack?: AttackKind;
}

/** Checks the options. */
export function resolveRiskOptions(options: RiskOptions): ResolvedRisk {
  // Curves come here at every point: the check that explains itself only runs where something is wrong.
  for (const name in options)
    if (RISK_OPTIONS[name as keyof RiskOptions] !== true)
      checkOptions('asymptoticRisk', options, RISK_OPTIONS);
  const { psi2, eps, lambda = 0, tau = 0, rho = 1, epsTest = eps, nonlinearEnergy = 0 } = options;
  checkNonNegative('tau', tau);
  checkNonNegative('nonlinearEnergy', nonlinearEnergy);
  const attack = attackKind(options);
  const resolved = {
    ...(attack && { attack }),
    problem: {
      psi2: checkPositive('psi2', psi2),
      eps: checkNonNegative('eps', eps),
      lambda: checkNonNegative('lambda', lambda),
      noise: tau * tau + nonlinearEnergy,
      rho: checkPositive('rho', rho),
    },
    epsTest: checkNonNegative('epsTest', epsTest),
  };
  if (options.loss !== undefined || options.noise !== undefined) {
    const kind = residualKind(options, options.tau, nonlinearEnergy);
    if (kind) return { ...resolved, kind };
  }
  if (!(tau <= LARGEST && rho <= LARGEST && epsTest <= LARGEST)) refuseLarge({ tau, rho, epsTest });
  return resolved;
}

function refuseLarge(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (value > LARGEST) throw new InvalidArgumentError(name, value, `a number up to ${LARGEST}`);
}

const gauss = newTruncatedGaussian();

/** The quantities a reader wants, from a solution of the equations. */
export function riskOf(solution: SaddlePoint, { eps }: Problem, epsTest: number): AsymptoticRisk {
  const { phase, risk, q, kappa, u, thetaNormSquared, iterations, residual, converged } = solution;
  // Training residuals: |r| = k s (|G| - u)_+ with k = kappa/(1 + kappa).
  truncatedGaussian(u, gauss);
  const k = kappa === Infinity ? 1 : kappa / (1 + kappa);
  const scale = phase === 'exact' || phase === 'infinite' ? 0 : k * Math.sqrt(risk);
  const c = eps === 0 ? 0 : eps * q;
  const trainingError = phase === 'exact' || phase === 'infinite' ? 0 : k * k * risk * gauss.excessSquared;
  return {
    standardRisk: risk,
    adversarialRisk: adversarialRiskAt({ standardRisk: risk, gradientNorm: q }, epsTest),
    epsTest,
    gradientNorm: q,
    thetaNormSquared,
    trainingLoss: 0.5 * (trainingError + c * (2 * scale * gauss.excess + c)),
    trainingError,
    interpolatedFraction: phase === 'infinite' ? 1 : fractionWithin(gauss, u),
    phase,
    iterations,
    residual,
    converged,
  };
}
