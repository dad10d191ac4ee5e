import { type NormName, normNames } from '../attacks/index.ts';
import { checkOptions, given, type OptionNames } from '../checkOptions.ts';
import { checkFraction } from '../data/table.ts';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  checkSeed,
  InvalidArgumentError,
} from '../errors.ts';
import type { ExactProgress } from '../exact/index.ts';
import type { ActivationName } from '../models/activations.ts';
import { activationNames } from '../theory/activations.ts';
import type { TrainingProgress } from '../training/trainingOptions.ts';

/** The models that {@link trainOnTable} builds. */
export const tableModels = ['linear', 'random-features', 'deep'] as const;
/** One of {@link tableModels}. */
export type TableModel = (typeof tableModels)[number];

/** How {@link trainOnTable} trains: 'exact' by the interior-point solver, all others by gradient. */
export const tableMethods = ['exact', 'pgd', 'fgsm', 'fast', 'free', 'trades', 'noise', 'erm'] as const;
/** One of {@link tableMethods}. */
export type TableMethod = (typeof tableMethods)[number];

/** What {@link trainOnTable} trains and how; target and eps have no default. */
export interface TableTrainingOptions {
  /** Name of the column to predict; all others are inputs. */
  readonly target: string;
  /** Radius of the perturbations, in standard deviations of the inputs. */
  readonly eps: number;
  /** Default 'linear'. */
  readonly model?: TableModel;
  /** Default 'pgd'. */
  readonly method?: TableMethod;
  /** Of the perturbations. Default 'l2'. */
  readonly norm?: NormName;
  /** Ridge penalty on the weights for the standardised target. Default 0. */
  readonly lambda?: number;
  /** Whether the model has an intercept, which lambda leaves alone. Default true. */
  readonly fitIntercept?: boolean;
  /** Random features, or units of a hidden layer. Default 200. */
  readonly width?: number;
  /** Hidden layers of the deep model. Default 2. */
  readonly depth?: number;
  /** Default 'shifted-relu'. */
  readonly activation?: ActivationName;
  /** Names the streams of the split, the weights and the training. Default 0. */
  readonly seed?: number | string;
  /** Fraction of the rows that are held out to measure on. Default 0.2. */
  readonly testFraction?: number;
  /** Fraction of the rows on which training by gradient is stopped early. Default 0, none. */
  readonly validationFraction?: number;
  /** Standardised inputs are clipped at plus and minus this many deviations, within the model too. Default not at all. */
  readonly clip?: number | undefined;
  /** Rows in a step of training by gradient. Default all. */
  readonly batchSize?: number | undefined;
  /** Cycles of training by gradient, each twice as long as the one before. Default 5. */
  readonly maxCycles?: number | undefined;
  /** Folder of the checkpoints from which an interrupted training by gradient goes on. Default none are kept. */
  readonly folder?: string | undefined;
  /** Called by training by gradient. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called by the exact solver of random features: with a rough forecast before it begins, then after each iteration. */
  readonly onSolving?: (progress: { readonly expectedSeconds: number } | ExactProgress) => void;
}

/** The options that have a default, and it. */
export const TABLE_TRAINING_DEFAULTS = {
  model: 'linear',
  method: 'pgd',
  norm: 'l2',
  lambda: 0,
  fitIntercept: true,
  width: 200,
  depth: 2,
  activation: 'shifted-relu',
  seed: 0,
  testFraction: 0.2,
  validationFraction: 0,
} as const satisfies Partial<TableTrainingOptions>;

/** Every option that has a default is there. */
export type TableTrainingSettings = TableTrainingOptions &
  Required<Pick<TableTrainingOptions, keyof typeof TABLE_TRAINING_DEFAULTS>>;

const OPTIONS: OptionNames<TableTrainingOptions> = {
  target: true,
  eps: true,
  model: true,
  method: true,
  norm: true,
  lambda: true,
  fitIntercept: true,
  width: true,
  depth: true,
  activation: true,
  seed: true,
  testFraction: true,
  validationFraction: true,
  clip: true,
  batchSize: true,
  maxCycles: true,
  folder: true,
  onProgress: true,
  onSolving: true,
};

/** The options with their defaults. @throws InvalidArgumentError naming the first that makes no sense */
export function resolveTableTraining(options: TableTrainingOptions): TableTrainingSettings {
  checkOptions('trainOnTable', options ?? null, OPTIONS);
  const settings = { ...TABLE_TRAINING_DEFAULTS, ...given(options) } as TableTrainingSettings;
  const { model, method, norm, clip, batchSize, maxCycles } = settings;
  checkChoice('model', model, tableModels);
  checkChoice('method', method, tableMethods);
  checkChoice('norm', norm, normNames);
  checkChoice('activation', settings.activation, activationNames);
  checkNonNegative('eps', settings.eps);
  checkNonNegative('lambda', settings.lambda);
  checkFraction('testFraction', checkPositive('testFraction', settings.testFraction));
  checkFraction('validationFraction', checkNonNegative('validationFraction', settings.validationFraction));
  checkBoolean('fitIntercept', settings.fitIntercept);
  checkSeed(settings.seed);
  if (clip !== undefined) checkPositive('clip', clip);
  if (model !== 'linear') checkInteger('width', settings.width);
  if (model === 'deep') checkInteger('depth', settings.depth);
  if (method === 'exact' && model === 'deep')
    throw new InvalidArgumentError('method', method, 'a method by gradient for a deep model');
  if (method === 'exact' && model === 'random-features' && norm !== 'l2')
    throw new InvalidArgumentError('norm', norm, 'l2 for exact training of random features');
  if (method === 'exact') refuseGradientOptions(settings);
  if (batchSize !== undefined) checkInteger('batchSize', batchSize);
  if (maxCycles !== undefined) checkInteger('maxCycles', maxCycles);
  return settings;
}

function refuseGradientOptions(settings: TableTrainingSettings): void {
  const { batchSize, folder, validationFraction, maxCycles } = settings;
  const found = given({ batchSize, folder, validationFraction: validationFraction || undefined, maxCycles });
  for (const [name, value] of Object.entries(found))
    throw new InvalidArgumentError(name, value, 'none with the method exact, which takes no gradient steps');
}
