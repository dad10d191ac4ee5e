import { checkOptions } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import {
  CLASSIFICATION_OPTIONS,
  type ClassificationOptions,
  type ClassificationRisk,
} from './classification.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type AsymptoticRisk, asymptoticRisk } from './risk.ts';
import { isClassification, RISK_OPTIONS, type RiskOptions } from './riskOptions.ts';

/** What {@link compareTraining} finds: two trainings of the same features under one attack at test. */
export interface TrainingComparison {
  /** trained at eps = 0, attacked at epsTest */
  readonly normal: AsymptoticRisk;
  /** trained at eps, attacked at epsTest */
  readonly robust: AsymptoticRisk;
  /** the standard risk that adversarial training adds */
  readonly price: number;
  /** the adversarial risk that it takes away */
  readonly gain: number;
}

/** The same of classifiers. */
export interface ClassificationComparison {
  /** trained at eps = 0, attacked at epsTest */
  readonly normal: ClassificationRisk;
  /** trained at eps, attacked at epsTest */
  readonly robust: ClassificationRisk;
  /** the error that adversarial training adds */
  readonly price: number;
  /** the robust error that it takes away */
  readonly gain: number;
}

/**
 * A normally and an adversarially trained read-out of the same features under the same attack, epsTest (default eps).
 * @throws InvalidArgumentError naming an option that is unknown or outside its domain
 */
export function compareTraining(map: FeatureMap, options: RiskOptions): TrainingComparison;
/** The same of classifiers. @throws InvalidArgumentError as above */
export function compareTraining(map: FeatureMap, options: ClassificationOptions): ClassificationComparison;
export function compareTraining(
  map: FeatureMap,
  options: RiskOptions | ClassificationOptions,
): TrainingComparison | ClassificationComparison {
  checkOptions('compareTraining', options, isClassification(options) ? CLASSIFICATION_OPTIONS : RISK_OPTIONS);
  const epsTest = options.epsTest ?? options.eps;
  if (isClassification(options)) {
    const normal = asymptoticRisk(map, { ...options, eps: 0, epsTest });
    const robust = asymptoticRisk(map, { ...options, epsTest });
    const gain = normal.robustError - robust.robustError;
    return { normal, robust, price: robust.error - normal.error, gain };
  }
  const normal = asymptoticRisk(map, { ...options, eps: 0, epsTest });
  const robust = asymptoticRisk(map, { ...options, epsTest });
  const gain = normal.adversarialRisk - robust.adversarialRisk;
  return { normal, robust, price: robust.standardRisk - normal.standardRisk, gain };
}

/**
 * The l2 radius that attacks as hard as an linf ball of radius `epsLinf` (per coordinate, typically O(1/sqrt d)):
 * sqrt(2 d/pi) epsLinf. Exact as d grows for evaluating a model trained in l2 or without attack on isotropic inputs and a dense
 * teacher (beta uniform on its sphere): its gradient then points in a uniformly random direction, whose l1 norm is sqrt(2 d/pi) times
 * its l2 norm. Training against linf is another problem, whose penalty |grad|_1 makes the answer sparser.
 * @throws InvalidArgumentError for epsLinf < 0 or d <= 0
 */
export const l2RadiusOfLinf = (epsLinf: number, d: number): number =>
  checkNonNegative('epsLinf', epsLinf) * Math.sqrt((2 * checkPositive('d', d)) / Math.PI);
