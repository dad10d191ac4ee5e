import { checkBoolean, UserError } from '../errors.ts';
import { type Certificate, certify } from './certificates/certificate.ts';
import {
  type ClassificationOptions,
  type ClassificationRisk,
  resolveClassification,
} from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import type { GradientNorms } from './linf/norms.ts';
import type { Phase } from './phases.ts';
import { regressionRisk, squareRisk } from './regressionRisk.ts';
import { isClassification, type RiskOptions, resolveRiskOptions } from './riskOptions.ts';
import { solveSaddlePoint } from './saddlePoint.ts';
import { solveClassification } from './solveClassification.ts';

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
    return solveClassification(map, resolveClassification(checkMap(map), options)).risk;
  }
  const resolved = resolveRiskOptions(options);
  checkMap(map);
  if (options.certify === undefined || !checkBoolean('certify', options.certify))
    return regressionRisk(map, resolved).risk;
  const { problem, epsTest, kind, attack } = resolved;
  if (attack) throw new UserError('no certificate where norm, testNorm or signal is given');
  if (kind)
    throw new UserError('no certificate for a loss that is not the square, or noise that is not Gaussian');
  const solution = solveSaddlePoint(map, problem);
  return { ...squareRisk(solution, problem, epsTest), certificate: certify(map, problem, solution) };
}
