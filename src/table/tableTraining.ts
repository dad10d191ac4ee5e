import { type NormName, pgd } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import {
  asDataset,
  clippedAt,
  columnNotes,
  columnStatistics,
  splitProblem,
  standardised,
  type TabularProblem,
} from '../data/tabular.ts';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
  UserError,
} from '../errors.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import { robustRisk } from '../evaluation/risk.ts';
import { setReadout } from '../exact/exactReadout.ts';
import {
  adversarialRegression,
  type ExactProgress,
  type ExactResult,
  expectedSeconds,
  readoutProblem,
  solveReadout,
} from '../exact/index.ts';
import type { ActivationName } from '../models/activations.ts';
import { mlpModel } from '../models/mlpModel.ts';
import { RandomFeatures } from '../models/RandomFeatures.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { standardisedModel } from '../models/standardisedModel.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import {
  ermTraining,
  fastTraining,
  fgsmTraining,
  freeTraining,
  noiseTraining,
  type TrainingMethod,
  tradesTraining,
  worstCase,
} from '../training/methods/index.ts';
import type { TrainingProgress } from '../training/trainingOptions.ts';

export const tableModels = ['linear', 'random-features', 'deep'] as const;
export type TableModel = (typeof tableModels)[number];

export const tableMethods = ['exact', 'pgd', 'fgsm', 'fast', 'free', 'trades', 'noise', 'erm'] as const;
export type TableMethod = (typeof tableMethods)[number];

export interface TableTrainingOptions {
  readonly model: TableModel;
  readonly method: TableMethod;
  /** Radius of the perturbations, in standard deviations of the inputs. */
  readonly eps: number;
  readonly norm: NormName;
  /** Penalty on the weights for the standardised target. */
  readonly lambda: number;
  /** Whether the model has an intercept, which lambda leaves alone. Default true. */
  readonly fitIntercept?: boolean;
  /** Random features, or units of a hidden layer. */
  readonly width: number;
  /** Hidden layers of the deep model. */
  readonly depth: number;
  readonly activation: ActivationName;
  readonly seed: number | string;
  readonly testFraction: number;
  /** Standardised inputs are clipped at plus and minus this many deviations, within the model too; default not at all. */
  readonly clip?: number;
  /** Rows on which training by gradient is stopped early; 0 for none. */
  readonly validationFraction: number;
  /** Rows in a step of training by gradient. Default all. */
  readonly batchSize?: number;
  readonly maxCycles?: number;
  /** For checkpoints. */
  readonly folder?: string;
  /** Of training by gradient. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Of the exact solver of random features: a rough forecast before it begins, then each iteration. */
  readonly onSolving?: (progress: { readonly expectedSeconds: number } | ExactProgress) => void;
}

const OPTIONS: OptionNames<TableTrainingOptions> = {
  model: true,
  method: true,
  eps: true,
  norm: true,
  lambda: true,
  fitIntercept: true,
  width: true,
  depth: true,
  activation: true,
  seed: true,
  testFraction: true,
  clip: true,
  validationFraction: true,
  batchSize: true,
  maxCycles: true,
  folder: true,
  onProgress: true,
  onSolving: true,
};

export interface TableTraining {
  /** From inputs to the target, both in their own units. */
  readonly model: tf.Sequential;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Held-out rows, in their own units. */
  readonly test: TabularProblem;
  /** Mean squared errors on held-out rows, in squared units of the target. */
  readonly clean: Estimate;
  readonly robust: Estimate;
  /** Of predicting the mean of the training targets; no attack moves it. */
  readonly trivial: Estimate;
  readonly training: {
    readonly converged: boolean;
    readonly iterations: number;
    readonly residual: number;
    /** Of the standardised problem. */
    readonly objective: number;
    /** Proved, by the exact method only. */
    readonly relativeGap?: number;
    readonly stopped?: string;
  };
  /** What the model adds to its read-out, in units of the target; null where none is fitted. */
  readonly intercept: number | null;
  /** What the reader should know of the data. */
  readonly notes: readonly string[];
}

/** Steps of the attack in training, and of the one that measures. */
const TRAINING_STEPS = 3;
const TEST_STEPS = 20;
/** The largest first rate that does not make a deep network diverge. */
const DEEP_LEARNING_RATE = 3e-3;

/**
 * Trains a model on a table, adversarially, and measures it on rows held out. Inputs and target are standardised by the
 * training rows, inside the model. Needs a loaded runtime. The caller disposes the model.
 * @throws UserError for a target that is constant in the training rows, or rows or columns too few
 */
export async function trainOnTable(
  problem: TabularProblem,
  options: TableTrainingOptions,
): Promise<TableTraining> {
  const { eps, norm, seed, testFraction, validationFraction } = checkTableTraining(options);
  const fractions = [
    { option: 'test-fraction', fraction: testFraction },
    ...(validationFraction > 0 ? [{ option: 'validation-fraction', fraction: validationFraction }] : []),
  ];
  const parts = splitProblem(problem, fractions, seed);
  const test = parts[0]!;
  const train = parts.at(-1)!;
  const validation = parts.length === 3 ? parts[1]! : null;
  const inputs = clippedAt(options.clip, columnStatistics(train.x, train.d));
  const target = columnStatistics(train.y, 1);
  const unit = target.deviation[0]!;
  if (unit === 0)
    throw new UserError(`the target ${JSON.stringify(problem.target)} is constant in the training rows`);
  const notes = columnNotes(train);
  if (train.n < train.d && options.lambda === 0)
    notes.push(
      `${train.n} training rows are fewer than ${train.d} columns: at lambda = 0 a model can fit them all`,
    );

  const inUnits = (part: TabularProblem): TabularProblem => standardised(part, inputs, target);
  const core = modelOf(options, train.d);
  const training =
    options.method === 'exact'
      ? await trainExactly(core, inUnits(train), options, notes)
      : await trainByGradient(core, inUnits(train), validation && inUnits(validation), options);

  const attack = pgd({ norm, steps: TEST_STEPS });
  const held = asDataset(inUnits(test));
  const { standard, curve } = await robustRisk(core, held, attack, { epsilons: [eps] });
  const nothing = await robustRisk((x) => tf.zeros([x.shape[0]!, 1]), held, attack, { epsilons: [] });
  const back = ({ value, standardError, count }: Estimate): Estimate => ({
    value: value * unit ** 2,
    standardError: standardError * unit ** 2,
    count,
  });
  return {
    model: standardisedModel(core, inputs, target),
    rows: { train: train.n, validation: validation?.n ?? 0, test: test.n },
    test,
    clean: back(standard),
    robust: back(curve[0]!.risk),
    trivial: back(nothing.standard),
    training,
    intercept: options.fitIntercept === false ? null : target.mean[0]! + unit * (await biasOf(core)),
    notes,
  };
}

/** The bias of the read-out. */
async function biasOf(core: tf.Sequential): Promise<number> {
  const [, bias] = core.getLayer('readout').getWeights();
  return (await bias!.data())[0]!;
}

/** The options themselves; needs no runtime. @throws InvalidArgumentError naming the first that makes no sense */
export function checkTableTraining(options: TableTrainingOptions): TableTrainingOptions {
  checkOptions('trainOnTable', options ?? null, OPTIONS);
  const model = checkChoice('model', options.model, tableModels);
  const method = checkChoice('method', options.method, tableMethods);
  checkNonNegative('eps', options.eps);
  checkNonNegative('lambda', options.lambda);
  checkFraction('test-fraction', checkPositive('test-fraction', options.testFraction));
  checkFraction('validation-fraction', checkNonNegative('validation-fraction', options.validationFraction));
  if (options.clip !== undefined) checkPositive('clip', options.clip);
  if (options.fitIntercept !== undefined) checkBoolean('fitIntercept', options.fitIntercept);
  if (model !== 'linear') checkInteger('width', options.width);
  if (model === 'deep') checkInteger('depth', options.depth);
  if (method === 'exact' && model === 'deep')
    throw new InvalidArgumentError('method', method, 'a method by gradient for a deep model');
  if (method === 'exact' && model === 'random-features' && options.norm !== 'l2')
    throw new InvalidArgumentError('norm', options.norm, 'l2 for exact training of random features');
  if (method === 'exact') refuseGradientOptions(options);
  return options;
}

function checkFraction(name: string, fraction: number): void {
  if (fraction >= 1) throw new InvalidArgumentError(name, fraction, 'a number between 0 and 1');
}

function refuseGradientOptions({
  batchSize,
  folder,
  validationFraction,
  maxCycles,
}: TableTrainingOptions): void {
  const given = {
    'batch-size': batchSize,
    checkpoints: folder,
    'validation-fraction': validationFraction === 0 ? undefined : validationFraction,
    'max-cycles': maxCycles,
  };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined)
      throw new InvalidArgumentError(
        name,
        value,
        'none with the method exact, which takes no gradient steps',
      );
}

function modelOf(
  { model, width, depth, activation, seed, fitIntercept: useBias = true }: TableTrainingOptions,
  inputDim: number,
): tf.Sequential {
  if (model === 'random-features')
    return randomFeaturesModel({ inputDim, units: width, activation, seed, useBias });
  if (model === 'deep')
    return mlpModel({ inputDim, units: new Array(depth).fill(width), activation, seed, useBias });
  const readout = tf.layers.dense({
    units: 1,
    useBias,
    kernelInitializer: 'zeros',
    inputShape: [inputDim],
    name: 'readout',
  });
  return tf.sequential({ layers: [readout] });
}

async function trainExactly(
  core: tf.Sequential,
  train: TabularProblem,
  { eps, lambda, fitIntercept = true, norm, activation, onSolving }: TableTrainingOptions,
  notes: readonly string[],
): Promise<TableTraining['training']> {
  const features = core.layers[0]!;
  const solve = (): ExactResult => {
    const wanted = { eps, lambda, fitIntercept };
    if (!(features instanceof RandomFeatures)) return adversarialRegression(train, { ...wanted, norm });
    const W = features.getWeights()[0]!.dataSync() as Float32Array;
    const problem = readoutProblem(train, { W, activation });
    onSolving?.({ expectedSeconds: expectedSeconds(problem) });
    return solveReadout(problem, { ...wanted, ...(onSolving ? { onProgress: onSolving } : {}) });
  };
  const solved = explained(solve, notes);
  setReadout(core, solved.theta, solved.intercept);
  const { objective, relativeGap, iterations, residual, converged } = solved;
  return { converged, iterations, residual, objective, relativeGap };
}

/** Adds what is known of the columns to an error of the solver. */
function explained<T>(solve: () => T, notes: readonly string[]): T {
  try {
    return solve();
  } catch (error) {
    if (error instanceof UserError && notes.length > 0)
      throw new UserError(`${error.message} (${notes.join('; ')})`);
    throw error;
  }
}

async function trainByGradient(
  core: tf.Sequential,
  train: TabularProblem,
  validation: TabularProblem | null,
  options: TableTrainingOptions,
): Promise<TableTraining['training']> {
  const { eps, lambda, seed, model, batchSize, maxCycles, folder, onProgress } = options;
  const { converged, iterations, residual, objective, stopped } = await adversarialTraining(
    core,
    asDataset(train),
    {
      ...{ eps, lambda, seed, method: methodOf(options) },
      ...(validation ? { validation: asDataset(validation) } : {}),
      ...(model === 'deep' ? { learningRate: DEEP_LEARNING_RATE } : {}),
      ...(batchSize === undefined ? {} : { batchSize }),
      ...(maxCycles === undefined ? {} : { maxCycles }),
      ...(folder === undefined ? {} : { folder }),
      ...(onProgress ? { onProgress } : {}),
    },
  );
  return { converged, iterations, residual, objective, stopped };
}

function methodOf({ method, norm }: TableTrainingOptions): TrainingMethod {
  const attack = pgd({ norm, steps: TRAINING_STEPS });
  switch (method) {
    case 'fgsm':
      return fgsmTraining({ norm });
    case 'fast':
      return fastTraining({ norm });
    case 'free':
      return freeTraining({ norm });
    case 'trades':
      return tradesTraining({ attack });
    case 'noise':
      return noiseTraining(attack);
    case 'erm':
      return ermTraining(attack);
    default:
      return worstCase(attack);
  }
}
