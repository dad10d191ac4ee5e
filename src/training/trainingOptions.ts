import { checkAttack } from '../attacks/boundedAttack.ts';
import type { Attack } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { Dataset } from '../data/dataset.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  checkSeed,
  InvalidArgumentError,
} from '../errors.ts';
import { checkData } from '../evaluation/risk.ts';
import { tf } from '../runtime/tf.ts';
import { checkCallback, type TrainingCallback } from './callbacks.ts';
import { defaultLearningRate } from './learningRate.ts';
import { type TrainingMethod, worstCase } from './methods/index.ts';
import type { OptimizerName } from './optimizers.ts';
import { type Schedule, type ScheduleName, scheduleNamed } from './schedules.ts';
import { TRAINING_MODES, type TrainingMode } from './trainedModel.ts';
import { readoutBias, type TrainedLayers, trainedWeights } from './trainedWeights.ts';

/** What {@link adversarialTraining} trains against, and how; only `eps` has no default. */
export interface AdversarialTrainingOptions {
  /** Radius of the perturbations trained against, in units of the input. */
  readonly eps: number;
  /** The inner maximisation, for `worstCase` training. Default PGD in l2, 3 steps. */
  readonly attack?: Attack;
  /** Another way of training, with an attack of its own. Default `worstCase(attack)`. */
  readonly method?: TrainingMethod;
  /** Ridge penalty: (lambda / 2) |theta|^2 over all trained weights but the read-out's bias, which is free. Default 0. */
  readonly lambda?: number;
  /** Layers to train: 'all', 'readout' (the last with weights) or names. Default 'all'; frozen layers have no such weights. */
  readonly layers?: TrainedLayers;
  /** Weights to train, in place of `layers`. */
  readonly variables?: readonly tf.Variable[];
  /**
   * Which forward passes of a step run dropout, noise layers and batch normalisation in training mode: 'outer', those whose
   * gradient moves the weights; 'both', those of the attack too; 'none'. Default 'outer'. Random draws come from `seed`,
   * also where a dropout layer has a seed of its own, and are the same in all passes of a step. The moving averages of a
   * batch normalisation move once a step, by the outer loss's first pass; one whose weights are not trained stays in
   * inference mode. Everything that is measured (objectives but those of `history`, losses, validation) is measured in
   * inference mode. Models without such layers train alike in all three.
   */
  readonly trainingMode?: TrainingMode;
  /** Default 'adam'. Its learning rate is set by the schedule. The caller disposes an optimiser of its own. */
  readonly optimizer?: tf.Optimizer | OptimizerName;
  /** Rate at the start of each cycle. Default 1 / (3 sqrt(P)), P the largest fan-in of the trained weights. */
  readonly learningRate?: number;
  /** How the rate goes over a cycle: 'linear' (to zero), 'cosine', 'step', 'constant', or one's own. Default 'linear'. */
  readonly schedule?: ScheduleName | Schedule;
  /** Steps over which eps grows linearly from 0 at the beginning. Default 0. */
  readonly epsWarmup?: number;
  /** Steps in the first cycle; each further cycle has twice as many. Default 150. */
  readonly cycleSteps?: number;
  /** Cycles at most. Default 5, which makes 31 times `cycleSteps` steps. */
  readonly maxCycles?: number;
  /** Converged when a whole cycle changes the objective by less than this fraction. Default 0.002. */
  readonly tolerance?: number;
  /** Rows in a step. Default all. */
  readonly batchSize?: number;
  /** Names the streams of the mini-batches and of random starts. Default 0. */
  readonly seed?: number | string;
  /** Rows not trained on. With them the model is left with the weights of least robust risk there. */
  readonly validation?: Dataset;
  /** Steps between validations; also an epoch of the callbacks. Default `cycleSteps`. */
  readonly validateEvery?: number;
  /** Validations without a lower robust risk after which training stops. Default 5. */
  readonly patience?: number;
  /**
   * Callbacks of tf.layers. Batch ends are told in groups, as the losses are read back; epoch ends with `loss`, and with
   * validation rows `val_loss` and `val_robust_loss`.
   */
  readonly callbacks?: readonly TrainingCallback[];
  /**
   * Folder for checkpoints and history.jsonl. The same call with the same folder goes on where the last one stopped,
   * however it stopped, to the same weights bit for bit on the same engine.
   */
  readonly folder?: string;
  /** Steps between checkpoints, rounded up to a read of the losses. Default 250. */
  readonly checkpointEvery?: number;
  /** Folder for TensorBoard's event files; native engines only. */
  readonly tensorBoard?: string;
  /** Called each time that losses are read back, about every 25 steps. */
  readonly onProgress?: (progress: TrainingProgress) => void;
}

const OPTIONS: OptionNames<AdversarialTrainingOptions> = {
  eps: true,
  attack: true,
  method: true,
  lambda: true,
  layers: true,
  variables: true,
  trainingMode: true,
  optimizer: true,
  learningRate: true,
  schedule: true,
  epsWarmup: true,
  cycleSteps: true,
  maxCycles: true,
  tolerance: true,
  batchSize: true,
  seed: true,
  validation: true,
  validateEvery: true,
  patience: true,
  callbacks: true,
  folder: true,
  checkpointEvery: true,
  tensorBoard: true,
  onProgress: true,
};

/** Where a training stands, about every 25 steps: losses are read back in groups. */
export interface TrainingProgress {
  /** Steps taken. */
  readonly step: number;
  /** Steps after which training ends at the latest. */
  readonly maxSteps: number;
  /** Training objective of the latest step's batch, before the step. */
  readonly objective: number;
  /** Mean loss on the latest batch, after the step. */
  readonly loss: number;
  /** Mean worst-case loss on the latest batch at the full eps, after the step. */
  readonly robustLoss: number;
  /** Until `maxSteps`; convergence comes earlier. */
  readonly secondsLeft: number;
}

/** What the settings have in another form, or have no need of. */
type Otherwise =
  | ('attack' | 'layers' | 'optimizer' | 'schedule' | 'validation')
  | ('callbacks' | 'folder' | 'tensorBoard' | 'onProgress');

/** Options with every choice made, as the algorithm reads them. */
export interface TrainingSettings extends Required<Omit<AdversarialTrainingOptions, Otherwise>> {
  readonly schedule: Schedule;
  readonly validation: Dataset | null;
  /** The variables that lambda counts. */
  readonly penalised: readonly tf.Variable[];
}

/** @throws InvalidArgumentError naming the first option that makes no sense, or data that cannot be trained on. */
export function resolveTraining(
  model: tf.LayersModel,
  data: Dataset,
  options: AdversarialTrainingOptions,
): TrainingSettings {
  if (typeof model?.apply !== 'function' || !Array.isArray(model.layers))
    throw new InvalidArgumentError('model', model, 'a tf.LayersModel');
  checkOptions('adversarialTraining', options, OPTIONS);
  const eps = checkNonNegative('eps', options?.eps);
  checkKinds(options);
  const { attack, validation = null } = options;
  if (attack && options.method)
    throw new InvalidArgumentError(
      'attack',
      attack.name,
      `none beside the method ${options.method.name}, which has its own`,
    );
  const method = options.method ?? worstCase(attack);
  for (const rows of validation ? [data, validation] : [data]) checkData(rows, method.attack);
  if (options.patience !== undefined && !validation)
    throw new InvalidArgumentError('patience', options.patience, 'none without validation rows');
  if (options.variables?.length === 0)
    throw new InvalidArgumentError('variables', '[]', 'at least one trainable weight in the model');
  const variables = options.variables ?? trainedWeights(model, options.layers ?? 'all');
  const intercept = readoutBias(model);
  const cycleSteps = checkInteger('cycleSteps', options.cycleSteps ?? 150);
  return {
    eps,
    method,
    lambda: checkNonNegative('lambda', options.lambda ?? 0),
    variables,
    trainingMode: checkChoice('trainingMode', options.trainingMode ?? 'outer', TRAINING_MODES),
    penalised: variables.filter((variable) => variable !== intercept),
    learningRate: checkPositive('learningRate', options.learningRate ?? defaultLearningRate(variables)),
    schedule: scheduleNamed(options.schedule ?? 'linear'),
    epsWarmup: checkInteger('epsWarmup', options.epsWarmup ?? 0, 0),
    cycleSteps,
    maxCycles: checkInteger('maxCycles', options.maxCycles ?? 5),
    tolerance: checkPositive('tolerance', options.tolerance ?? 2e-3),
    batchSize: Math.min(data.n, checkInteger('batchSize', options.batchSize ?? data.n)),
    seed: checkSeed(options.seed ?? 0),
    validation,
    validateEvery: checkInteger('validateEvery', options.validateEvery ?? cycleSteps),
    patience: checkInteger('patience', options.patience ?? 5),
    checkpointEvery: checkInteger('checkpointEvery', options.checkpointEvery ?? 250),
  };
}

/** Options that are objects or functions: whether they are of the right kind. */
function checkKinds(options: AdversarialTrainingOptions): void {
  const check = (
    name: keyof AdversarialTrainingOptions,
    expected: string,
    holds: (value: never) => boolean,
  ) => {
    const value = options[name];
    if (value !== undefined && !holds(value as never)) throw new InvalidArgumentError(name, value, expected);
  };
  if (options.attack !== undefined) checkAttack(options.attack);
  check('method', 'a way of training, such as freeTraining()', (method: TrainingMethod | null) =>
    Boolean(typeof method?.outerLoss === 'function' && checkAttack(method.attack)),
  );
  check(
    'optimizer',
    'the name of an optimiser, or a tf.Optimizer',
    (given: tf.Optimizer | string | null) =>
      typeof given === 'string' || typeof given?.computeGradients === 'function',
  );
  check(
    'variables',
    'variables, such as a weight of a layer after read()',
    (given: readonly unknown[]) =>
      Array.isArray(given) && given.every((variable) => variable instanceof tf.Variable),
  );
  check('callbacks', 'a list of callbacks', Array.isArray);
  options.callbacks?.forEach(checkCallback);
  check('onProgress', 'a function', (value: unknown) => typeof value === 'function');
  for (const name of ['folder', 'tensorBoard'] as const)
    check(name, 'the path of a folder', (value: unknown) => typeof value === 'string' && value !== '');
}
