import { type LossName, type NormName, normNames } from '../attacks/index.ts';
import { checkOptions, given, type OptionNames } from '../checkOptions.ts';
import type { ClassNames } from '../data/csvClasses.ts';
import { PREPARATION_OPTIONS, type PreparationOptions } from '../data/preparation/preparation.ts';
import {
  checkBoolean,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import type { ExactProgress } from '../exact/index.ts';
import type { ActivationName } from '../models/activations.ts';
import {
  callback,
  fractionOfRows,
  ifGiven,
  type OptionChecks,
  oneOf,
  type Resolved,
  resolveOptions,
  seedOfStreams,
} from '../resolveOptions.ts';
import { activationNames } from '../theory/activations.ts';
import { MARGIN_LOSSES, type MarginLossName } from '../theory/channels/losses.ts';
import type { TrainingProgress } from '../training/trainingOptions.ts';

/** The models that {@link trainOnTable} builds. */
export const tableModels = ['linear', 'random-features', 'deep'] as const;
/** One of {@link tableModels}. */
export type TableModel = (typeof tableModels)[number];

/** How {@link trainOnTable} trains: 'exact' by the interior-point solver, all others by gradient. */
export const tableMethods = ['exact', 'pgd', 'fgsm', 'fast', 'free', 'trades', 'noise', 'erm'] as const;
/** One of {@link tableMethods}. */
export type TableMethod = (typeof tableMethods)[number];

/** The losses that {@link trainOnTable} trains: of the residual, and of the margin y f(x) of two classes, y = +-1. */
export const tableLosses = ['square', ...MARGIN_LOSSES] as const;
/** One of {@link tableLosses}. */
export type TableLoss = (typeof tableLosses)[number];

/** What attacks call the losses. */
export const ATTACKED_LOSSES: Readonly<Record<TableLoss, LossName>> = {
  square: 'squared',
  logistic: 'cross-entropy',
  hinge: 'hinge',
  squaredHinge: 'squaredHinge',
};

/** Of a preparation, what a training can be told about a file; a table of numbers needs none of it. */
export type FilePreparation = Omit<PreparationOptions, 'target'>;

/** What {@link trainOnTable} trains and how; target and eps have no default. */
export interface TableTrainingOptions extends Omit<FilePreparation, 'classes'> {
  /** Name of the column to predict; all others are inputs. */
  readonly target: string;
  /** Radius of the perturbations, in standard deviations of the inputs. */
  readonly eps: number;
  /** Radius of the attack that measures on held-out rows. Default `eps`. */
  readonly epsTest?: number | undefined;
  /** Default 'linear'. */
  readonly model?: TableModel;
  /** Default 'pgd'. */
  readonly method?: TableMethod;
  /** Default 'square'. A loss of the margin trains a classifier, for a target of +1 and -1. */
  readonly loss?: TableLoss;
  /**
   * Of a table of numbers, what +1 and -1 in the target stand for, as `readCsvClasses` tells it; they are then measured as classes by any loss, and
   * not standardised. Of a file, whether numbers in the target are classes by any loss. Default: the numbers, for a loss of the
   * margin.
   */
  readonly classes?: ClassNames | boolean | undefined;
  /** Of the perturbations. Default 'l2'. */
  readonly norm?: NormName;
  /**
   * Ridge penalty (lambda/2)|theta|^2 on the weights for the standardised target, beside (1/2n) sum of squares or (1/n) sum of
   * losses of the margin. Default 0, or 0.001 for a loss of the margin, whose exact optimum needs one.
   */
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
  /** Positions of the rows that are held out, in place of a random fraction. Default none. */
  readonly testRows?: ArrayLike<number> | undefined;
  /** Fraction of the rows on which training by gradient is stopped early. Default 0, none. */
  readonly validationFraction?: number;
  /** Standardised inputs are clipped at plus and minus this many deviations, within the model too. Default not at all. */
  readonly clip?: number | undefined;
  /** Rows in a step of training by gradient. Default all. */
  readonly batchSize?: number | undefined;
  /** Cycles of training by gradient, each twice as long as the one before. Default 5. */
  readonly maxCycles?: number | undefined;
  /**
   * Folder from which an interrupted training goes on: by gradient from its last checkpoint, and exactly, of random features by
   * the square loss, from its last iterate. Default none are kept.
   */
  readonly folder?: string | undefined;
  /** Called by training by gradient. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /**
   * Called by the exact solver of random features: with a rough forecast before it begins and how many problems there are to
   * solve, one for each of several classes; then after each iteration, with how many are solved.
   */
  readonly onSolving?: (
    progress:
      | { readonly expectedSeconds: number; readonly solves: number }
      | (ExactProgress & { readonly solved: number }),
  ) => void;
}

/** The options that have a default, and it. */
export const TABLE_TRAINING_DEFAULTS = {
  model: 'linear',
  method: 'pgd',
  loss: 'square',
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

/** Ridge penalty by default for a loss of the margin. */
export const MARGIN_LAMBDA = 1e-3;

/** Every option that has a default is there. */
export interface TableTrainingSettings
  extends Omit<Resolved<TableTrainingOptions, typeof TABLE_TRAINING_DEFAULTS>, 'classes'> {
  /** What +1 and -1 in the target stand for; undefined for numbers and for several classes. */
  readonly classes?: ClassNames | undefined;
}

const { target: _target, classes: _classes, ...ofFile } = PREPARATION_OPTIONS;
/** Those of {@link FilePreparation} that a table of numbers knows nothing of, checked where a file is prepared. */
export const FILE_OPTIONS = Object.fromEntries(
  Object.keys(ofFile).map((name) => [name, true]),
) as OptionNames<Omit<FilePreparation, 'classes'>>;

/** What each option must be. */
export const TABLE_TRAINING_CHECKS: OptionChecks<TableTrainingOptions> = {
  ...FILE_OPTIONS,
  target: true,
  model: oneOf(tableModels),
  method: oneOf(tableMethods),
  loss: oneOf(tableLosses),
  classes: true,
  norm: oneOf(normNames),
  activation: oneOf(activationNames),
  eps: checkNonNegative,
  epsTest: ifGiven(checkNonNegative),
  lambda: checkNonNegative,
  testFraction: fractionOfRows,
  testRows: true,
  validationFraction: (name, value) => value === 0 || fractionOfRows(name, value),
  fitIntercept: checkBoolean,
  seed: seedOfStreams,
  clip: ifGiven(checkPositive),
  width: checkInteger,
  depth: checkInteger,
  batchSize: ifGiven(checkInteger),
  maxCycles: ifGiven(checkInteger),
  folder: true,
  onProgress: callback,
  onSolving: callback,
};

/**
 * The options with their defaults.
 * @param ofFile whether the table is one that a file holds, whose preparation names the classes
 * @throws InvalidArgumentError naming the first that makes no sense
 */
export function resolveTableTraining(options: TableTrainingOptions, ofFile: boolean): TableTrainingSettings {
  const isMargin = isMarginLoss(options?.loss);
  const { classes, ...resolved } = resolveOptions('trainOnTable', options, TABLE_TRAINING_CHECKS, {
    ...TABLE_TRAINING_DEFAULTS,
    ...(isMargin ? { lambda: MARGIN_LAMBDA } : {}),
  });
  if (ofFile) checkBoolean('classes', classes ?? false);
  else
    for (const [name, value] of Object.entries(resolved))
      if (Object.hasOwn(FILE_OPTIONS, name))
        throw new InvalidArgumentError(name, value, 'none for a table of numbers');
  // Those of a file are known by its cells.
  const named = ofFile ? undefined : ((classes ?? (isMargin ? SIGNS : undefined)) as ClassNames | undefined);
  if (named !== undefined) checkClasses(named);
  const settings: TableTrainingSettings = { ...resolved, classes: named };
  const { model, method, norm } = settings;
  if (method === 'exact' && model === 'deep')
    throw new InvalidArgumentError('method', method, 'a method by gradient for a deep model');
  if (method === 'exact' && model === 'random-features' && norm === 'l1')
    throw new InvalidArgumentError('norm', norm, 'l2 or linf for exact training of random features');
  if (isMarginLoss(settings.loss)) checkMarginTraining(settings);
  if (method === 'exact') refuseGradientOptions(settings);
  return settings;
}

/** What the target holds where nothing else is said of its classes. */
const SIGNS: ClassNames = { positive: ['1'], negative: ['-1'] };

export const isMarginLoss = (loss: TableLoss | undefined): loss is MarginLossName =>
  (MARGIN_LOSSES as readonly unknown[]).includes(loss);

function checkClasses(classes: ClassNames): void {
  checkOptions('classes', classes, { positive: true, negative: true });
  for (const side of [classes.positive, classes.negative])
    if (!(Array.isArray(side) && side.length > 0))
      throw new InvalidArgumentError('classes', classes, '{ positive, negative }, each a list of classes');
}

/** What cannot be trained by a loss of the margin, or not that way. */
function checkMarginTraining({ loss, method, norm, lambda }: TableTrainingSettings): void {
  // The perturbation moves along the gradient of the weights' own step, and a hinge has none beyond its kink.
  if (method === 'free' && loss !== 'logistic')
    throw new InvalidArgumentError('method', method, `another for the loss ${loss}, which is flat in places`);
  if (method !== 'exact') return;
  if (norm === 'l1')
    throw new InvalidArgumentError('norm', norm, `l2 or linf for exact training by the loss ${loss}`);
  if (lambda === 0)
    throw new InvalidArgumentError(
      'lambda',
      lambda,
      `a number > 0 for the loss ${loss} with the method exact: classes that can be separated leave it no optimum`,
    );
}

function refuseGradientOptions(settings: TableTrainingSettings): void {
  const { batchSize, folder, loss, validationFraction, maxCycles } = settings;
  const found = given({ batchSize, validationFraction: validationFraction || undefined, maxCycles });
  for (const [name, value] of Object.entries(found))
    throw new InvalidArgumentError(name, value, 'none with the method exact, which takes no gradient steps');
  if (folder !== undefined && isMarginLoss(loss))
    throw new InvalidArgumentError('folder', folder, `none with the method exact and the loss ${loss}`);
}
