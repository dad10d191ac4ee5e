/**
 * The closed form: asymptotic risks of adversarially trained regression on frozen features. float64 numbers in, plain
 * objects out; no tensors, no Node.
 *
 * Sizes are proportions of the input dimension d: psi1 = N/d features, psi2 = n/d samples; inputs are N(0, I_d), so that
 * |x| is about sqrt(d) while radii are of order one. Begin at {@link asymptoticRisk} and {@link randomFeatures}.
 * @module robust-random-features/theory
 */

export { InvalidArgumentError, UserError } from '../errors.ts';
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
export { adversarialRiskAt } from './adversarialRisk.ts';
export {
  type BestActivation,
  type BestActivationOptions,
  bestActivation,
  hermiteActivation,
  type NamedActivationRisk,
} from './bestActivation.ts';
export { type CapacityOptions, type RobustCapacity, robustCapacity } from './capacity.ts';
export type { Certificate } from './certificates/certificate.ts';
export {
  type LinearObjective,
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
export type { LabelLaw } from './channels/labels.ts';
export type {
  HuberLoss,
  MarginLoss,
  MarginLossName,
  PlainLoss,
  QuantileLoss,
  ResidualLoss,
  ResidualLossName,
} from './channels/losses.ts';
export type {
  DiscreteNoise,
  GaussianNoise,
  LaplaceNoise,
  Noise,
  NoiseName,
  RademacherNoise,
  SampledNoise,
  SparseNoise,
  StudentNoise,
} from './channels/noise.ts';
export type { OwnLoss } from './channels/ownLoss.ts';
export type {
  ClassificationOptions,
  ClassificationRisk,
  MarginDistribution,
} from './classification.ts';
export {
  type ClassificationComparison,
  compareTraining,
  l2RadiusOfLinf,
  type TrainingComparison,
} from './comparison.ts';
export {
  type CriticalClassificationOptions,
  type CriticalEpsOptions,
  criticalEps,
} from './criticalEps.ts';
export {
  type Axis,
  type ClassificationCurvePoint,
  type CurvePoint,
  type RiskSurface,
  riskCurve,
  riskSurface,
} from './curves.ts';
export { type DeepRandomFeaturesOptions, deepRandomFeatures } from './featureMaps/deepRandomFeatures.ts';
export type {
  CoordinateModel,
  FeatureMap,
  ResolventMoments,
  UnattackedFeatures,
} from './featureMaps/featureMap.ts';
export { type LinearOptions, linear } from './featureMaps/linear.ts';
export { type MeasuredFeaturesOptions, measuredFeatures } from './featureMaps/measuredFeatures.ts';
export { type RandomFeaturesOptions, randomFeatures } from './featureMaps/randomFeatures.ts';
export { type Grid, gridValues } from './grids.ts';
export { infiniteDataRisk } from './infiniteDataRisk.ts';
export { infiniteWidthRisk } from './infiniteWidthRisk.ts';
export { interpolationPeak } from './interpolationPeak.ts';
export type { AttackOptions, GradientNorms, Norm } from './linf/norms.ts';
export type {
  DiscreteSignal,
  GaussianSignal,
  RademacherSignal,
  Signal,
  SignalName,
  SparseSignal,
} from './linf/signal.ts';
export { type SignalWord, signalNamed } from './linf/signalName.ts';
export type { Where } from './minimise.ts';
export {
  bestEps,
  bestLambda,
  bestWidth,
  type ErrorMeasure,
  type Measure,
  type Optimum,
  type SearchOptions,
} from './optimum.ts';
export type { Phase } from './phases.ts';
export { type AsymptoticRisk, asymptoticRisk } from './risk.ts';
export type { RiskOptions } from './riskOptions.ts';
export { marginBelow, robustErrorAt } from './robustError.ts';
export type { Problem } from './saddleEquations.ts';
export type { SaddlePoint } from './saddlePoint.ts';
export { type ClassificationSensitivity, type Sensitivity, sensitivities } from './sensitivities.ts';
export {
  type PowerLawOptions,
  powerLaw,
  type Spectrum,
  type SpectrumName,
  type SpikedOptions,
  spectrumNamed,
  spiked,
} from './spectrum.ts';
export type { Parameter, PartialClassificationOptions, PartialRiskOptions } from './tracer.ts';
export { type TrainingMargins, trainingMarginBelow, trainingMarginQuantile } from './trainingMargins.ts';
