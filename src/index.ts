/** Adversarial training of random-features models on TensorFlow.js. The closed form is in `robust-random-features/theory`. */
export * from './attacks/index.ts';
export { type Dataset, toTensors } from './data/dataset.ts';
export { type Teacher, type TeacherArgs, teacher } from './data/teacher.ts';
export { InvalidArgumentError, UserError } from './errors.ts';
export { type Estimate, meanOf } from './evaluation/estimate.ts';
export { type RiskOptions, type Risks, risks } from './evaluation/risk.ts';
export { centredActivation } from './models/activations.ts';
export { RandomFeatures, type RandomFeaturesArgs } from './models/RandomFeatures.ts';
export { type RandomFeaturesModelArgs, randomFeaturesModel } from './models/randomFeaturesModel.ts';
export { type Stream, stream } from './random/stream.ts';
export * from './runtime/index.ts';
export { tf } from './runtime/tf.ts';
export { adversarialTraining, type TrainingResult } from './training/adversarialTraining.ts';
export { trainReadoutExactly } from './training/exactReadout.ts';
export { ridge } from './training/ridge.ts';
export type { AdversarialTrainingOptions, TrainingProgress } from './training/trainingOptions.ts';
