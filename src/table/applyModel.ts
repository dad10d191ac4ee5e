import { type NormName, normNames } from '../attacks/index.ts';
import { type Preparation, preparedNames } from '../data/preparation/preparation.ts';
import { preparedInputs, preparedTarget } from '../data/preparation/preparedTable.ts';
import { isMissing, type RawTable, rawColumn, rawRows } from '../data/rawTable.ts';
import { checkInteger, checkNonNegative, InvalidArgumentError, UserError } from '../errors.ts';
import { Standardise } from '../models/Standardise.ts';
import { splitStandardised } from '../models/standardisedModel.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { callback, ifGiven, type OptionChecks, oneOf, resolveOptions } from '../resolveOptions.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';
import {
  leadRange,
  outputRange,
  type Within,
  WORST_CASE_METHODS,
  type WorstCaseMethod,
} from './worstCase.ts';

/** How a model reads a file, and within which radius its worst case is looked for; eps and the preparation have no default. */
export interface ApplyOptions {
  /** How the columns become the inputs of the model, as `trainOnTable` learnt it. */
  readonly preparation: Preparation;
  /** Radius of the perturbations, in standard deviations of the inputs; 0 for none. */
  readonly eps: number;
  /** Of the perturbations. Default 'l2'. */
  readonly norm?: NormName;
  /**
   * How the worst case is found: 'linearised', by the gradient at the row, which is exact for a linear model, or 'pgd', by a
   * search, whose range is one that is there, and the true one no narrower. Default: linearised for a linear model, else pgd.
   */
  readonly attack?: WorstCaseMethod | undefined;
  /** Of the search. Default 20. */
  readonly steps?: number;
  /** Called after each batch of rows. */
  readonly onProgress?: (done: number, total: number) => void;
}

const CHECKS: OptionChecks<ApplyOptions> = {
  preparation: true,
  eps: checkNonNegative,
  norm: oneOf(normNames),
  attack: ifGiven(oneOf(WORST_CASE_METHODS)),
  steps: checkInteger,
  onProgress: callback,
};
const DEFAULTS = { norm: 'l2', steps: 20 } as const;

/** What a model says of the rows of a file, and how far attacks can move that. Values are NaN in rows that it cannot score. */
export interface AppliedRows {
  /** What was predicted. */
  readonly target: Preparation['target'];
  /** How the worst case was found. */
  readonly attack: WorstCaseMethod;
  /** Whether that is the exact worst case, as for a linear model. */
  readonly exact: boolean;
  /**
   * The prediction, in units of the target; of two classes f(x), above 0 for +1; of several by how much the class is ahead of
   * the next.
   */
  readonly prediction: Float64Array;
  /** Its least value within eps. */
  readonly lower: Float64Array;
  /** Its greatest value within eps; null for several classes. */
  readonly upper: Float64Array | null;
  /** The class of each row, null in rows that cannot be scored; null where the target is a number. */
  readonly labels: readonly (string | null)[] | null;
  /** Whether no attack that was found changes the class; null where the target is a number. */
  readonly robust: readonly (boolean | null)[] | null;
  /** Positions of the rows that cannot be scored, for a missing cell. */
  readonly unscored: readonly number[];
  /** Where the file has the target: the squared error or the share of wrong classes, as it is and in the worst case. */
  readonly measured: {
    /** Rows that have a target, a known one. */
    readonly rows: number;
    /** Of the predictions as they are. */
    readonly clean: Estimate;
    /** Of the worst within eps. */
    readonly worst: Estimate;
  } | null;
  /** What a reader should know of the file, a clause each. */
  readonly notes: readonly string[];
}

/** Rows on the device at a time. */
const ROWS = 2048;

/**
 * Scores the rows of a file with a model of `trainOnTable`: predictions, and their worst case within eps.
 * @param model whose first layer standardises the prepared inputs
 * @throws InvalidArgumentError for options that make no sense, and for a model that does not read what the preparation makes;
 * UserError naming columns that are missing, and the row and column of text in place of a number
 */
export async function applyModel(
  model: tf.LayersModel,
  table: RawTable,
  options: ApplyOptions,
): Promise<AppliedRows> {
  const asked = resolveOptions('applyModel', options, CHECKS, DEFAULTS);
  if (!Array.isArray(model?.layers)) throw new InvalidArgumentError('model', model, 'a tf.LayersModel');
  const { preparation, eps, norm, steps, onProgress } = asked;
  const linear = isLinear(model);
  const attack = asked.attack ?? (linear ? 'linearised' : 'pgd');
  const { table: inputs, incomplete, notes } = preparedInputs(table, preparation);
  checkFit(model, preparation);
  const { target } = preparation;
  const within = { eps, norm, attack, method: attack, steps };
  const found = await rangesOf(model, inputs, target.kind === 'several classes', within, onProgress);
  for (const i of incomplete) for (const values of found) values[i] = Number.NaN;
  const answered = answersOf(target, found);
  const applied = {
    ...{ target, attack, exact: linear && attack === 'linearised', unscored: incomplete, notes },
    ...answered,
  };
  return { ...applied, measured: measuredOn(table, preparation, applied) };
}

/** Whether every layer between the units is a read-out of the inputs. */
const isLinear = (model: tf.LayersModel): boolean =>
  model.layers.every((layer) => {
    const kind = layer.getClassName();
    return (
      kind === 'InputLayer' ||
      kind === Standardise.className ||
      (kind === 'Dense' && layer.getConfig().activation === 'linear')
    );
  });

function checkFit(model: tf.LayersModel, preparation: Preparation): void {
  const columns = preparedNames(preparation).length - 1;
  const [, size, ...more] = model.inputs[0]!.shape;
  if (size !== columns || more.length > 0)
    throw new InvalidArgumentError(
      'model',
      `inputs of shape [${model.inputs[0]!.shape.slice(1)}]`,
      `a model of the ${columns} inputs that its preparation makes`,
    );
  const { target } = preparation;
  const outputs = target.kind === 'several classes' ? target.classes.length : 1;
  if (model.outputs[0]!.shape[1] !== outputs)
    throw new InvalidArgumentError(
      'model',
      `${model.outputs[0]!.shape[1]} outputs`,
      `${outputs}, for the target`,
    );
}

/** Three numbers a row, as outputRange and leadRange give them. */
async function rangesOf(
  model: tf.LayersModel,
  {
    rows,
    names,
    values,
  }: { readonly rows: number; readonly names: readonly string[]; readonly values: Float64Array },
  several: boolean,
  within: Within,
  onProgress: ApplyOptions['onProgress'],
): Promise<[Float64Array, Float64Array, Float64Array]> {
  const split = splitStandardised(model);
  if (!split)
    throw new InvalidArgumentError('model', 'a model', 'one whose first layer standardises its inputs');
  const d = names.length;
  const found = [0, 1, 2].map(() => new Float64Array(rows)) as [Float64Array, Float64Array, Float64Array];
  for (let start = 0; start < rows; start += ROWS) {
    const n = Math.min(ROWS, rows - start);
    // A missing cell leaves NaN, which an attack refuses; what is found for its row is not used.
    const part = split.standardiseRows(values.subarray(start * d, (start + n) * d), n);
    const x = Float32Array.from(part, (value) => value || 0);
    const three = await computed(() =>
      (several ? leadRange : outputRange)(split.core, tf.tensor2d(x, [n, d]), within),
    );
    found.forEach((list, k) => {
      list.set(three.subarray(k * n, (k + 1) * n), start);
    });
    onProgress?.(start + n, rows);
  }
  return found;
}

type Answers = Pick<AppliedRows, 'prediction' | 'lower' | 'upper' | 'labels' | 'robust'>;

function answersOf(
  target: Preparation['target'],
  [first, second, third]: readonly [Float64Array, Float64Array, Float64Array],
): Answers {
  const told = <T>(of: (i: number) => T): (T | null)[] =>
    Array.from(first, (value, i) => (Number.isNaN(value) ? null : of(i)));
  switch (target.kind) {
    case 'number':
      return { prediction: first, lower: second, upper: third, labels: null, robust: null };
    case 'two classes': {
      const [positive, negative] = [target.positive.join(', '), target.negative.join(', ')];
      return {
        ...{ prediction: first, lower: second, upper: third },
        labels: told((i) => (first[i]! > 0 ? positive : negative)),
        robust: told((i) => (first[i]! > 0 ? second[i]! > 0 : third[i]! <= 0)),
      };
    }
    case 'several classes':
      return {
        ...{ prediction: second, lower: third, upper: null },
        labels: told((i) => target.classes[first[i]!]!),
        robust: told((i) => third[i]! > 0),
      };
  }
}

/** Against the targets of the rows that have one; null where the file has none, or one of another kind. */
function measuredOn(
  table: RawTable,
  preparation: Preparation,
  applied: Omit<AppliedRows, 'measured'>,
): AppliedRows['measured'] {
  const { target, prediction, lower, upper, labels, robust } = applied;
  if (!table.columns.some(({ name }) => name === target.name)) return null;
  const column = rawColumn(table, 'target', target.name);
  const rows = Array.from(prediction.keys()).filter(
    (i) => !isMissing(column, i) && !Number.isNaN(prediction[i]!),
  );
  if (rows.length < 2) return null;
  let y: Float64Array;
  try {
    y = preparedTarget(rawRows(table, rows), preparation);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
  const mean = (of: (i: number, y: number) => number): Estimate =>
    meanOf(Float64Array.from(rows, (i, k) => of(i, y[k]!)));
  if (target.kind === 'number')
    return {
      rows: rows.length,
      clean: mean((i, value) => (value - prediction[i]!) ** 2),
      worst: mean((i, value) => Math.max((value - lower[i]!) ** 2, (value - upper![i]!) ** 2)),
    };
  const isRight = (i: number, value: number): boolean =>
    target.kind === 'two classes' ? value * prediction[i]! > 0 : labels![i] === target.classes[value];
  return {
    rows: rows.length,
    clean: mean((i, value) => (isRight(i, value) ? 0 : 1)),
    worst: mean((i, value) => (isRight(i, value) && robust![i] ? 0 : 1)),
  };
}
