import { given } from '../checkOptions.ts';
import type { ClassNames } from '../data/csvClasses.ts';
import type { PreparedTarget } from '../data/preparation/preparation.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { READOUT_NORMS, type ReadoutNorm } from '../exact/index.ts';
import type { ActivationName } from '../models/activations.ts';
import {
  atLeast,
  callback,
  fractionOfRows,
  ifGiven,
  type OptionChecks,
  oneOf,
  resolveOptions,
  seedOfStreams,
} from '../resolveOptions.ts';
import { activationNames } from '../theory/activations.ts';
import {
  FILE_OPTIONS,
  type FilePreparation,
  isMarginLoss,
  type TableLoss,
  tableLosses,
} from './tableTrainingOptions.ts';

/** The models that {@link tuneOnTable} chooses among: those that are trained exactly. */
export const tunedModels = ['linear', 'random-features'] as const;
/** One of {@link tunedModels}. */
export type TunedModel = (typeof tunedModels)[number];

/** How the risk of a candidate is estimated from the training rows. */
export const tuneEstimates = ['leave-one-out', 'folds'] as const;
/** One of {@link tuneEstimates}. */
export type TuneEstimate = (typeof tuneEstimates)[number];

/** Which of the candidates is chosen: the simplest within one standard error of the least risk, or that of least risk. */
export const tuneRules = ['one-standard-error', 'least'] as const;
/** One of {@link tuneRules}. */
export type TuneRule = (typeof tuneRules)[number];

/**
 * What is estimated: the mean robust loss, or the share of rows that are answered wrongly at some point within the radius: of
 * several classes, where the output of another one comes up to that of the row's own.
 */
export const tuneMeasures = ['loss', 'error'] as const;
/** One of {@link tuneMeasures}. */
export type TuneMeasure = (typeof tuneMeasures)[number];

/** One value, or several of which one is to be chosen. */
export type OneOrSeveral<T> = T | readonly T[];

/** What {@link tuneOnTable} chooses among and how; target and epsTest have no default. */
export interface TableTuningOptions extends Omit<FilePreparation, 'classes'> {
  /** Name of the column to predict; all others are inputs. */
  readonly target: string;
  /** Radius for which the risk is to be small, in standard deviations of the inputs. */
  readonly epsTest: number;
  /** Norm of the perturbations, in training and at test. Default 'l2'. */
  readonly norm?: ReadoutNorm;
  /** As `trainOnTable` takes it. */
  readonly classes?: ClassNames | boolean | undefined;
  /** Default both. */
  readonly model?: OneOrSeveral<TunedModel>;
  /** Numbers of random features. Default 50, 100, 200 and 400, up to twice the training rows. */
  readonly width?: OneOrSeveral<number>;
  /** Of the random features. Default 'shifted-relu'. */
  readonly activation?: OneOrSeveral<ActivationName>;
  /** Deviations at which standardised inputs are clipped, null for not at all. Default null and 3. */
  readonly clip?: OneOrSeveral<number | null>;
  /** Default 'square', and for classes 'logistic' as well. */
  readonly loss?: OneOrSeveral<TableLoss>;
  /** Radii of training. Default 0, and 0.5 to 1.75 times `epsTest`. */
  readonly eps?: OneOrSeveral<number>;
  /** Ridge penalties. Default 0.001, 0.01, 0.1 and 1. */
  readonly lambda?: OneOrSeveral<number>;
  /** Default 'leave-one-out'; where that is not to be trusted, folds are used in its place. */
  readonly by?: TuneEstimate;
  /** Parts of the training rows, each left out once, where the estimate is by folds. Default 10. */
  readonly folds?: number;
  /** Default 'error' for classes, 'loss' otherwise. Losses that differ, and several classes, can be compared by the error alone. */
  readonly measure?: TuneMeasure;
  /** Default 'one-standard-error'. */
  readonly rule?: TuneRule;
  /**
   * Candidates whose predicted risk is more than this many times the least one are skipped, where predicting them costs
   * less than solving them, and so are those whose neighbours are estimated to be far from the best. Default 2; null tries all.
   */
  readonly screen?: number | null;
  /**
   * Training rows that candidates are compared by. Of more it is a seeded part, by which those are compared that a quarter of the part
   * leaves; what is chosen is trained on all. Default 10,000.
   */
  readonly compareRows?: number;
  /** Names the streams of the splits, the folds and the features. Default 0. */
  readonly seed?: number | string;
  /** Fraction of the rows that are held out from the choice, to measure what was chosen. Default 0.2. */
  readonly testFraction?: number;
  /** Splits into training and held-out rows, on each of which the choice is made anew. Default 1. */
  readonly repeats?: number;
  /** Folder of the candidates that are finished, from which an interrupted choice goes on. Default none are kept. */
  readonly folder?: string | undefined;
  /** Called after each candidate, and while random features that were chosen are trained. */
  readonly onProgress?: (progress: TuneProgress) => void;
}

/** How far a choice has come. */
export interface TuneProgress {
  /** Work done, in units that take about the same time. */
  readonly done: number;
  /** Work in all, in the same units. */
  readonly total: number;
  /** Candidates estimated so far, those that the folder held among them. */
  readonly candidates: number;
  /** Candidates in all. */
  readonly of: number;
}

/** The options that have one default, and it. */
export const TABLE_TUNING_DEFAULTS = {
  norm: 'l2',
  by: 'leave-one-out',
  folds: 10,
  rule: 'one-standard-error',
  screen: 2,
  compareRows: 10_000,
  seed: 0,
  testFraction: 0.2,
  repeats: 1,
} as const satisfies Partial<TableTuningOptions>;

/** Random features by default, and radii of training by default in units of that at test. */
const WIDTHS = [50, 100, 200, 400];
const RELATIVE_EPS = [0, 0.5, 0.6, 0.7, 0.85, 1, 1.2, 1.45, 1.75];
const LAMBDAS = [1e-3, 1e-2, 1e-1, 1];
const CLIPS = [null, 3];

/** The lists that candidates are made of, each without repetitions. */
export interface TuneLists {
  /** Models. */
  readonly model: readonly TunedModel[];
  /** Null for the default, which the number of training rows decides. */
  readonly width: readonly number[] | null;
  /** Of random features. */
  readonly activation: readonly ActivationName[];
  /** Deviations at which inputs are clipped; null for not at all. */
  readonly clip: readonly (number | null)[];
  /** What is minimised. */
  readonly loss: readonly TableLoss[];
  /** Radii of training. */
  readonly eps: readonly number[];
  /** Ridge penalties. */
  readonly lambda: readonly number[];
}

/** The options with their defaults. */
export interface TableTuningSettings
  extends Required<Pick<TableTuningOptions, keyof typeof TABLE_TUNING_DEFAULTS | 'measure' | 'onProgress'>>,
    Pick<TableTuningOptions, 'target' | 'epsTest' | 'folder'> {
  /** Of two classes, what +1 and -1 stand for. */
  readonly classes: ClassNames | undefined;
  /** Three classes and more, told apart one against the rest. */
  readonly several: readonly string[] | undefined;
  /** What candidates are made of. */
  readonly lists: TuneLists;
  /** How the columns of a file become numbers. */
  readonly preparation: FilePreparation;
}

/** What each option must be; the lists that candidates are made of are checked value by value. */
export const TABLE_TUNING_CHECKS: OptionChecks<TableTuningOptions> = {
  ...FILE_OPTIONS,
  target: true,
  epsTest: checkNonNegative,
  onProgress: callback,
  screen: (name, value) => {
    if (value !== null && !(checkPositive(name, value) >= 1))
      throw new InvalidArgumentError(name, value, 'a number >= 1, or none to try all candidates');
  },
  testFraction: fractionOfRows,
  norm: oneOf(READOUT_NORMS),
  by: oneOf(tuneEstimates),
  folds: atLeast(2),
  rule: oneOf(tuneRules),
  compareRows: atLeast(8),
  seed: seedOfStreams,
  repeats: checkInteger,
  measure: ifGiven(oneOf(tuneMeasures)),
  classes: true,
  model: true,
  width: true,
  activation: true,
  clip: true,
  loss: true,
  eps: true,
  lambda: true,
  folder: true,
};

/**
 * The options with their defaults.
 * @param targetIn what the target holds, for the first loss of the margin that is asked for, or the square. Asked once the other
 * options are known to make sense. Default that of a table of numbers
 * @throws InvalidArgumentError naming the first that makes no sense
 */
export function resolveTableTuning(
  options: TableTuningOptions,
  targetIn: (loss: TableLoss) => PreparedTarget = () => numbersIn(options),
): TableTuningSettings {
  const asked = resolveOptions('tuneOnTable', options, TABLE_TUNING_CHECKS, TABLE_TUNING_DEFAULTS);
  const { epsTest, onProgress = () => {} } = asked;
  const ofMargin = listsOf(options, epsTest, 'number').loss.find((name) => isMarginLoss(name));
  const told = targetIn(ofMargin ?? 'square');
  const lists = listsOf(options, epsTest, told.kind);
  const measure = options.measure ?? (told.kind === 'number' ? 'loss' : 'error');
  checkLosses(lists, measure, told.kind);
  const classes =
    told.kind === 'two classes' ? { positive: told.positive, negative: told.negative } : undefined;
  const several = told.kind === 'several classes' ? told.classes : undefined;
  const preparation = Object.fromEntries(
    Object.entries(given(options)).filter(([name]) => Object.hasOwn(FILE_OPTIONS, name)),
  );
  const { target, norm, by, folds, rule, screen, compareRows, seed, testFraction, repeats, folder } = asked;
  return {
    ...{ target, epsTest, classes, several, measure, lists, preparation },
    ...{ norm, by, folds, rule, screen, compareRows, seed, testFraction, repeats, folder, onProgress },
  };
}

/** What the target of a table of numbers holds. */
const numbersIn = ({ target: name, classes }: TableTuningOptions): PreparedTarget =>
  typeof classes === 'object' ? { kind: 'two classes', name, ...classes } : { kind: 'number', name };

function listsOf(options: TableTuningOptions, epsTest: number, kind: PreparedTarget['kind']): TuneLists {
  const { model, width, activation, clip, loss, eps, lambda } = options;
  const relative = [...new Set(RELATIVE_EPS.map((times) => Number((times * epsTest).toPrecision(6))))];
  return {
    model: listed('model', model, tunedModels, (name, value) => checkChoice(name, value, tunedModels)),
    width: width === undefined ? null : listed('width', width, [], checkInteger),
    activation: listed('activation', activation, ['shifted-relu'], (name, value) =>
      checkChoice(name, value, activationNames),
    ),
    clip: listed('clip', clip, CLIPS, (name, value) => (value === null ? null : checkPositive(name, value))),
    loss: listed('loss', loss, kind === 'number' ? ['square'] : ['square', 'logistic'], (name, value) =>
      checkChoice(name, value, tableLosses),
    ),
    eps: listed('eps', eps, relative, checkNonNegative),
    lambda: listed('lambda', lambda, LAMBDAS, checkNonNegative),
  };
}

/** One value or several as a list without repetitions. */
function listed<T>(
  name: string,
  values: OneOrSeveral<T> | undefined,
  fallback: readonly T[],
  check: (name: string, value: unknown) => T,
): readonly T[] {
  if (values === undefined) return fallback;
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new InvalidArgumentError(name, '[]', 'at least one value');
  return [...new Set(list.map((value) => check(name, value)))];
}

/** The width by default: there is little to gain from more features than twice the rows. */
export function defaultWidths(rows: number): readonly number[] {
  const few = WIDTHS.filter((width) => width <= 2 * rows);
  return few.length > 0 ? few : WIDTHS.slice(0, 1);
}

function checkLosses({ loss, lambda }: TuneLists, measure: TuneMeasure, kind: PreparedTarget['kind']): void {
  const ofMargin = loss.find((name) => isMarginLoss(name));
  if (ofMargin !== undefined && kind === 'number')
    throw new InvalidArgumentError('loss', ofMargin, 'square for a target that is a number, or classes');
  if (measure === 'error' && kind === 'number')
    throw new InvalidArgumentError('measure', measure, 'loss for a target that is a number');
  if (measure === 'loss' && kind === 'several classes')
    throw new InvalidArgumentError('measure', measure, 'error for a target of several classes');
  if (measure === 'loss' && loss.length > 1)
    throw new InvalidArgumentError('measure', measure, 'error, by which several losses can be compared');
  if (ofMargin !== undefined && lambda.includes(0))
    throw new InvalidArgumentError('lambda', 0, `numbers > 0 with the loss ${ofMargin}`);
}
