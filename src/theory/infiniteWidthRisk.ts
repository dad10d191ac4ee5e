import { checkOptions } from '../checkOptions.ts';
import { secondMoment } from './channels/noise.ts';
import { ResidualLaw } from './channels/residualLaw.ts';
import type { ClassificationOptions, ClassificationRisk } from './classification.ts';
import { infiniteWidth } from './featureMaps/infiniteWidth.ts';
import type { RandomFeaturesOptions } from './featureMaps/randomFeatures.ts';
import { labelVariance } from './phases.ts';
import { type AsymptoticRisk, asymptoticRisk } from './risk.ts';
import { isClassification, PROBLEM_OPTIONS, type RiskOptions, resolveRiskOptions } from './riskOptions.ts';

/**
 * The limit psi1 -> infinity of one random-features layer. `lambda` is the limit of lambda/psi1, the scale on which a
 * penalty still acts, and `thetaNormSquared` that of psi1 |theta|^2. Without penalty but with an attack it is the curse
 * of overparametrization in full: the labels are fitted by the nonlinear part, at no cost in gradient, nothing is
 * learnt, and both risks are E y^2 (phase 'curse'), whatever the loss and the noise.
 * @param features the activation, default 'shifted-relu', and the covariance of the inputs, default 'identity'
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function infiniteWidthRisk(
  features: Omit<RandomFeaturesOptions, 'psi1'>,
  options: Omit<RiskOptions, 'certify'>,
): AsymptoticRisk;
/**
 * The same of a classifier, which has no such curse: without penalty it goes to the robust max-margin classifier, whose margins
 * the linear part of the features widens at less cost in |theta| than the nonlinear part does.
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function infiniteWidthRisk(
  features: Omit<RandomFeaturesOptions, 'psi1'>,
  options: ClassificationOptions,
): ClassificationRisk;
export function infiniteWidthRisk(
  features: Omit<RandomFeaturesOptions, 'psi1'>,
  options: Omit<RiskOptions, 'certify'> | ClassificationOptions,
): AsymptoticRisk | ClassificationRisk {
  checkOptions('infiniteWidthRisk', features, { activation: true, covariance: true });
  const map = infiniteWidth(features.activation, features.covariance);
  if (isClassification(options)) return asymptoticRisk(map, options);
  checkOptions('infiniteWidthRisk', options, PROBLEM_OPTIONS);
  const { problem, epsTest, kind, attack } = resolveRiskOptions(options);
  const star = map.activation!.muStarSquared;
  if (problem.lambda > 0 || problem.eps === 0 || star === 0) return asymptoticRisk(map, options);
  const risk = kind
    ? problem.rho ** 2 * map.signalVariance + secondMoment(kind.noise)
    : labelVariance(map, problem);
  return {
    standardRisk: risk,
    adversarialRisk: risk,
    epsTest,
    gradientNorm: 0,
    ...(attack && { gradientNorms: { l2: 0, linf: 0 } }),
    ...(kind && {
      absoluteRisk: new ResidualLaw(kind.noise, problem.rho ** 2 * map.signalVariance).absolute,
    }),
    // n labels on n of the many near-orthogonal nonlinear directions
    thetaNormSquared: (risk * problem.psi2) / star,
    trainingLoss: 0,
    trainingError: 0,
    interpolatedFraction: 1,
    phase: 'curse',
    iterations: 0,
    residual: 0,
    converged: true,
  };
}
