/**
 * Adversarial training of random-features models on TensorFlow.js: models, attacks, training, exact solvers, measurement.
 * The closed form is in `robust-random-features/theory`.
 *
 * Tensors are float32, rows first. Budgets (`eps`) are in units of the input, penalties are (lambda / 2) |theta|^2 beside
 * (1/2n) sum over rows. Bad input is answered by an {@link InvalidArgumentError}, other things that a user can mend by a
 * {@link UserError}.
 * @module robust-random-features
 */
export * from './attacks/index.ts';
export { rowsOf } from './data/batches.ts';
export { type ClassNames, type ClassTable, readCsvClasses } from './data/csvClasses.ts';
export { type CsvDataset, type CsvDatasetOptions, readCsvDataset } from './data/csvDataset.ts';
export { csvText, readCsvTable } from './data/csvTable.ts';
export { type Dataset, type HostRows, type TensorPair, toTensors } from './data/dataset.ts';
export type { ReadProgress } from './data/filePieces.ts';
export { type ImageDataset, readIdxImages } from './data/idxImages.ts';
export { type MnistOptions, readMnistImages } from './data/mnistImages.ts';
export {
  learnPreparation,
  type PreparationPlan,
  planPreparation,
} from './data/preparation/learnPreparation.ts';
export type {
  MissingChoice,
  NumberInput,
  Preparation,
  PreparationOptions,
  PreparedTarget,
  TextInput,
} from './data/preparation/preparation.ts';
export {
  type PreparedInputs,
  type PreparedTable,
  preparedInputs,
  preparedTable,
} from './data/preparation/preparedTable.ts';
export type { NumberColumn, RawColumn, RawTable, TextColumn, WrittenDecimals } from './data/rawTable.ts';
export { type ReadTableOptions, readTable } from './data/readTable.ts';
export type { ColumnStatistics } from './data/standardise.ts';
export type { Table } from './data/table.ts';
export { type Standardising, tableDataset } from './data/tableDataset.ts';
export { type Teacher, type TeacherArgs, teacher } from './data/teacher.ts';
export { InvalidArgumentError, UserError } from './errors.ts';
export { handedFeatures } from './evaluation/handedFeatures.ts';
export {
  type FeatureSample,
  type MeasuredMoments,
  type MeasureOptions,
  measureFeatures,
} from './evaluation/measureFeatures.ts';
export {
  type Risks,
  type RisksOptions,
  type RobustRisk,
  type RobustRiskOptions,
  type RobustRiskPoint,
  risks,
  robustRisk,
} from './evaluation/risk.ts';
export { type SanityCheck, type SanityOptions, sanityChecks } from './evaluation/sanityChecks.ts';
export {
  type ExactClassifierOptions,
  type ExactReadoutOptions,
  setReadout,
  trainReadoutExactly,
} from './exact/exactReadout.ts';
export * from './exact/index.ts';
export { type RidgeFit, ridge, ridgeWithIntercept } from './exact/ridge.ts';
export {
  type ActivationName,
  centredActivation,
  type OwnActivation,
  type RegisteredName,
  registerActivation,
  type TensorActivation,
} from './models/activations.ts';
export { CentredActivation, type CentredActivationArgs } from './models/CentredActivation.ts';
export { type ConvModelArgs, convModel } from './models/convModel.ts';
export {
  type DeepRandomFeaturesModelArgs,
  deepRandomFeaturesModel,
  type RandomFeaturesMapArgs,
  randomFeaturesMap,
} from './models/deepRandomFeaturesModel.ts';
export type { FrozenChain, ValueAndSlope } from './models/frozenChain.ts';
export type { FrozenFeatures } from './models/frozenFeatures.ts';
export type { HostLayer } from './models/hostSteps.ts';
export { LazyHidden, type LazyHiddenArgs } from './models/LazyHidden.ts';
export type { LayerArgs } from './models/layerArgs.ts';
export {
  type AffineStep,
  LayeredFeatures,
  type LayerStep,
  type OneLayer,
  type Slopes,
} from './models/layeredFeatures.ts';
export { type MlpModelArgs, mlpModel } from './models/mlpModel.ts';
export { loadModel, saveModel } from './models/modelFiles.ts';
export { RandomFeatures, type RandomFeaturesArgs } from './models/RandomFeatures.ts';
export { type RandomFeaturesModelArgs, randomFeaturesModel } from './models/randomFeaturesModel.ts';
export { Standardise, type StandardiseArgs } from './models/Standardise.ts';
export {
  type SplitModel,
  splitStandardised,
  standardisedModel,
} from './models/standardisedModel.ts';
export type { TensorLayer, TensorStep } from './models/tensorSteps.ts';
export { type Estimate, meanOf } from './numerics/estimate.ts';
export type { LinearAlgebra, Precision, ProductShape } from './numerics/linearAlgebra.ts';
export type { AxisOptions, AxisScale, FigurePoint } from './plots/axes.ts';
export { type GridImage, type ImageGrid, type ImageRow, imageGrid } from './plots/imageGrid.ts';
export { palette, paletteOrder } from './plots/palette.ts';
export {
  type Guide,
  type Panel,
  type PanelFigure,
  panelFigure,
  type Series,
  type SeriesPoint,
  type SymbolName,
} from './plots/panels.ts';
export { writePicture } from './plots/picture.ts';
export {
  htmlReport,
  type Report,
  type ReportPicture,
  type ReportSection,
  type ReportTable,
} from './plots/report.ts';
export {
  type SurfaceFigure,
  type SurfaceLine,
  type SurfaceSpot,
  surfaceFigure,
} from './plots/surface.ts';
export { type Stream, stream } from './random/stream.ts';
export * from './runtime/index.ts';
export { tf } from './runtime/tf.ts';
export { type AppliedRows, type ApplyOptions, applyModel } from './table/applyModel.ts';
export { type AttackedModel, attackedModel, attackSanityChecks } from './table/attackedModel.ts';
export { type ColumnTail, columnTails } from './table/columnTails.ts';
export type { ExplainedClass } from './table/explainClasses.ts';
export { type LinearCoefficients, linearCoefficients } from './table/explainCoefficients.ts';
export { type ExplainedInput, oneInputAColumn } from './table/explainInputs.ts';
export { type ExplainOptions, explainModel, type ModelExplanation } from './table/explainModel.ts';
export {
  type InputImportance,
  type PermutationOptions,
  permutationImportance,
} from './table/explainPermutations.ts';
export { type AttackedRows, attackedRows, type InputMovement, inputMovements } from './table/explainRows.ts';
export { type SubgroupRisk, subgroupRisks } from './table/explainSubgroups.ts';
export type { ClassMeasures } from './table/measureClasses.ts';
export type { LargestOutput, SeveralClassesTold } from './table/measureSeveralClasses.ts';
export {
  type ClassesPrediction,
  type ClassesPredictions,
  predictClassesOnData,
} from './table/predictClassesOnData.ts';
export type { PredictedErrors } from './table/predictedErrors.ts';
export {
  type AgainstTraining,
  type AgainstTrainingOptions,
  predictionAgainstTraining,
} from './table/predictionAgainstTraining.ts';
export {
  type Interval,
  type IntervalOptions,
  predictionIntervals,
  type RiskIntervals,
} from './table/predictionIntervals.ts';
export {
  type DataPredictionOptions,
  type DataPredictions,
  predictOnData,
  type WidthPrediction,
} from './table/predictOnData.ts';
export {
  measuredMap,
  type OneOrMany,
  type PredictionGrid,
  predictedCriticalEps,
  predictRobustRisk,
  type RiskPrediction,
} from './table/predictRobustRisk.ts';
export { heldOutRows, overSplits, type SplitEstimate, type SplitOptions } from './table/splits.ts';
export {
  type FilePreparation,
  type TableLoss,
  type TableMethod,
  type TableModel,
  type TableTrainingOptions,
  tableLosses,
  tableMethods,
  tableModels,
} from './table/tableTrainingOptions.ts';
export {
  type RepeatedSplits,
  type SplitResult,
  type SplitsTraining,
  trainOnSplits,
} from './table/trainOnSplits.ts';
export { type ClassesTold, type TableTraining, trainOnTable } from './table/trainOnTable.ts';
export type { TuneCandidate, TuneFamily } from './table/tuneCandidates.ts';
export type { Choice, ScoredCandidate } from './table/tuneChoice.ts';
export {
  type HeldOutRisks,
  type TableTuning,
  type TuneSplit,
  type TuneStage,
  tuneOnTable,
} from './table/tuneOnTable.ts';
export {
  type OneOrSeveral,
  type TableTuningOptions,
  type TableTuningSettings,
  type TunedModel,
  type TuneEstimate,
  type TuneLists,
  type TuneMeasure,
  type TuneProgress,
  type TuneRule,
  tunedModels,
  tuneEstimates,
  tuneMeasures,
  tuneRules,
} from './table/tuneOptions.ts';
export {
  type ChoiceRisk,
  type TuneChoiceName,
  type TuneProfile,
  tuneChoices,
  tuneProfile,
} from './table/tuneProfile.ts';
export type { SkippedCandidate } from './table/tuneScreen.ts';
export type { WorstCaseMethod } from './table/worstCase.ts';
export { type WorstExample, worstExamples } from './table/worstExamples.ts';
export { adversarialTraining, type TrainingResult } from './training/adversarialTraining.ts';
export type {
  TrainingCallback,
  TrainingCallbackArgs,
  TrainingCallbackInstance,
} from './training/callbacks.ts';
export { type LayersLoss, layersLoss } from './training/layersLoss.ts';
export * from './training/methods/index.ts';
export type { OptimizerName } from './training/optimizers.ts';
export {
  constantRate,
  cosineDecay,
  linearDecay,
  type Schedule,
  type ScheduleName,
  stepDecay,
} from './training/schedules.ts';
export type { TrainingMode } from './training/trainedModel.ts';
export type { TrainedLayers } from './training/trainedWeights.ts';
export type { AdversarialTrainingOptions, TrainingProgress } from './training/trainingOptions.ts';
export type { StopReason, Validation } from './training/trainingState.ts';
