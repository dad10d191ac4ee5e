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
export { InvalidArgumentError, UserError } from './errors.ts';
export type { FeatureMap, ResolventMoments } from './featureMaps/featureMap.ts';
export { type RandomFeaturesOptions, randomFeatures } from './featureMaps/randomFeatures.ts';
export { type CriticalEpsOptions, criticalEps, type Phase } from './phases.ts';
export { type AsymptoticRisk, adversarialRiskAt, asymptoticRisk, type RiskOptions } from './risk.ts';
