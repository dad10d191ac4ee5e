/** The closed form: asymptotic risks of adversarially trained regression on frozen features. No tensors, no Node. */
export {
  type Activation,
  type ActivationMoments,
  type ActivationName,
  type ActivationSpec,
  activation,
  activationMoments,
  activationNames,
  type CustomActivation,
  LEAKY_RELU_SLOPE,
} from './activations.ts';
export {
  type BestActivation,
  type BestActivationOptions,
  bestActivation,
  hermiteActivation,
} from './bestActivation.ts';
export type { Certificate } from './certificates/certify.ts';
export {
  type LinearPoint,
  type LinearProblem,
  linearObjective,
  smallEpsRisk,
} from './certificates/linearRegression.ts';
export { type MeiMontanariOptions, meiMontanariRisk } from './certificates/meiMontanari.ts';
export {
  type Theorem42Point,
  type Theorem42Problem,
  type Theorem42Value,
  theorem42,
} from './certificates/theorem42.ts';
export { compareTraining, l2RadiusOfLinf, type TrainingComparison } from './comparison.ts';
export {
  type Axis,
  type CurvePoint,
  type Parameter,
  type PartialRiskOptions,
  type RiskSurface,
  riskCurve,
  riskSurface,
} from './curves.ts';
export { InvalidArgumentError, UserError } from './errors.ts';
export { type DeepRandomFeaturesOptions, deepRandomFeatures } from './featureMaps/deepRandomFeatures.ts';
export type { FeatureMap, ResolventMoments } from './featureMaps/featureMap.ts';
export { type LinearOptions, linear, type Spectrum } from './featureMaps/linear.ts';
export { type MeasuredFeaturesOptions, measuredFeatures } from './featureMaps/measuredFeatures.ts';
export { type RandomFeaturesOptions, randomFeatures } from './featureMaps/randomFeatures.ts';
export { type Grid, gridValues } from './grids.ts';
export { infiniteDataRisk, infiniteWidthRisk } from './limits.ts';
export {
  bestLambda,
  bestWidth,
  interpolationPeak,
  type Measure,
  type Optimum,
  type SearchOptions,
} from './optimum.ts';
export { type CriticalEpsOptions, criticalEps, type Phase } from './phases.ts';
export { type AsymptoticRisk, adversarialRiskAt, asymptoticRisk, type RiskOptions } from './risk.ts';
export { type Sensitivity, sensitivities } from './sensitivities.ts';
