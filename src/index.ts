/** Adversarial training of random-features models on TensorFlow.js. The closed form is in `robust-random-features/theory`. */
export * from './attacks/index.ts';
export { type Dataset, toTensors } from './data/dataset.ts';
export { type Teacher, type TeacherArgs, teacher } from './data/teacher.ts';
export { InvalidArgumentError, UserError } from './errors.ts';
export { type Estimate, meanOf } from './evaluation/estimate.ts';
export { type MeasuredMoments, type MeasureOptions, measureFeatures } from './evaluation/measureFeatures.ts';
export {
  type RiskOptions,
  type Risks,
  type RobustRisk,
  type RobustRiskOptions,
  risks,
  robustRisk,
} from './evaluation/risk.ts';
export { type SanityCheck, type SanityOptions, sanityChecks } from './evaluation/sanityChecks.ts';
export {
  measuredMap,
  type PredictionGrid,
  predictedCriticalEps,
  predictRobustRisk,
  type RiskPrediction,
} from './experiments/predictRobustRisk.ts';
export { centredActivation } from './models/activations.ts';
export {
  type DeepRandomFeaturesModelArgs,
  deepRandomFeaturesModel,
} from './models/deepRandomFeaturesModel.ts';
export { type MlpModelArgs, mlpModel } from './models/mlpModel.ts';
export { loadModel, saveModel } from './models/modelFiles.ts';
export { RandomFeatures, type RandomFeaturesArgs } from './models/RandomFeatures.ts';
export { type RandomFeaturesModelArgs, randomFeaturesModel } from './models/randomFeaturesModel.ts';
export { Standardise, type StandardiseArgs } from './models/Standardise.ts';
export {
  type ColumnStatistics,
  type SplitModel,
  splitStandardised,
  standardisedModel,
} from './models/standardisedModel.ts';
export { type Stream, stream } from './random/stream.ts';
export * from './runtime/index.ts';
export { tf } from './runtime/tf.ts';
export { adversarialTraining, type TrainingResult } from './training/adversarialTraining.ts';
export * from './training/exact/index.ts';
export { setReadout, trainReadoutExactly } from './training/exactReadout.ts';
export { layersLoss } from './training/layersLoss.ts';
export * from './training/methods/index.ts';
export { ridge } from './training/ridge.ts';
export type { AdversarialTrainingOptions, TrainingProgress } from './training/trainingOptions.ts';
