import {
  type Attack,
  type LossName,
  type NormName,
  normNames,
  pgd,
  type SampleLoss,
} from '../attacks/index.ts';
import type { HostRows } from '../data/dataset.ts';
import { checkInteger, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { callback, type OptionChecks, oneOf, resolveOptions, seedOfStreams } from '../resolveOptions.ts';
import type { tf } from '../runtime/tf.ts';
import { type AttackedModel, attackedModel } from './attackedModel.ts';
import { attackOnEachClass } from './eachClass.ts';
import {
  type ExplainedClass,
  errorsByClass,
  errorsOf,
  explainedClasses,
  importanceFor,
} from './explainClasses.ts';
import { type LinearCoefficients, linearCoefficients } from './explainCoefficients.ts';
import { checkInputs, deviationsOf, type ExplainedInput } from './explainInputs.ts';
import {
  attackCount,
  type InputImportance,
  meanLosses,
  permutationRises,
  rowsOfPermutations,
} from './explainPermutations.ts';
import { type AttackedRows, attackedRows, type InputMovement, inputMovements } from './explainRows.ts';
import { type SubgroupRisk, subgroupRisks } from './explainSubgroups.ts';

/** What {@link explainModel} is asked; inputs and eps have no default. */
export interface ExplainOptions {
  /** What the table says of a row, each with its columns. */
  readonly inputs: readonly ExplainedInput[];
  /** Radius of the attack, in standard deviations where the model standardises its inputs, else in their own units. */
  readonly eps: number;
  /** Norm of the attack. Default 'l2'. */
  readonly norm?: NormName;
  /** What the attack raises and the risks are means of. Default 'squared'; none with `classes`. */
  readonly loss?: LossName;
  /**
   * Names of three classes or more, of a model that has an output for each, of which the largest names one; targets are positions
   * among them. Risks are then shares of rows that are answered wrongly, and the attack raises each other class in turn.
   */
  readonly classes?: readonly string[] | undefined;
  /** Steps of the attack, PGD. Default 20. */
  readonly steps?: number;
  /** Permutations of each input. Default 5. */
  readonly repeats?: number;
  /** Rows that a permutation is judged by; default as `permutationImportance` has it, one attack for each of several classes. */
  readonly importanceRows?: number | undefined;
  /** Names the streams of the attack and of the permutations. Default 0. */
  readonly seed?: number | string;
  /** Values of a column, one a row, by which the risks are told apart. Default none. */
  readonly by?: readonly (string | number)[] | undefined;
  /** Called after each batch of rows: how many have been attacked, and how many there are with all permutations. */
  readonly onProgress?: (done: number, total: number) => void;
}

const CHECKS: OptionChecks<ExplainOptions> = {
  inputs: true,
  eps: checkNonNegative,
  norm: oneOf(normNames),
  loss: true,
  classes: true,
  steps: checkInteger,
  repeats: checkInteger,
  importanceRows: true,
  seed: seedOfStreams,
  by: true,
  onProgress: callback,
};
const DEFAULTS = { norm: 'l2', steps: 20, repeats: 5, seed: 0 } as const;

/** What a model hangs on, and how an attack makes use of it. */
export interface ModelExplanation {
  /** What eps counts in. */
  readonly units: AttackedModel['units'];
  /** Mean loss of the rows, of several classes the share that is answered wrongly; the standard error is over rows. */
  readonly clean: Estimate;
  /** The same under the attack. */
  readonly robust: Estimate;
  /** Of a linear model of one output; otherwise null. */
  readonly coefficients: LinearCoefficients | null;
  /** By input, the most important under attack first. */
  readonly importance: readonly InputImportance[];
  /** Rows that each permutation was judged by. */
  readonly importanceRows: number;
  /** By input, the most moved first. */
  readonly movements: readonly InputMovement[];
  /** Every row as it is and under attack; of several classes its losses are by how much the right output is behind the largest other one. */
  readonly rows: AttackedRows;
  /** By the values of a column; null where none was asked for. */
  readonly subgroups: readonly SubgroupRisk[] | null;
  /** Of several classes, one by one; otherwise null. */
  readonly classes: readonly ExplainedClass[] | null;
}

/**
 * Explains a model on rows of data: its coefficients where it is linear, the permutation importance of each input
 * for the risk without and under attack, the perturbation that hurts most, row by row and on average, and the risks of
 * subgroups; of several classes all this class by class. Needs a loaded runtime.
 * @param model as `trainOnTable` gives it, or any other
 * @param data rows in the units that the model reads, float64 where they have digits that float32 has not
 * @throws InvalidArgumentError for options out of range, and for a model that does not take the data
 */
export async function explainModel(
  model: tf.LayersModel,
  data: HostRows,
  options: ExplainOptions,
): Promise<ModelExplanation> {
  const { eps, norm, loss, classes, steps, repeats, seed, by } = resolveOptions(
    'explainModel',
    options,
    CHECKS,
    DEFAULTS,
  );
  const target = await attackedModel(model, data);
  const inputs = checkInputs(options.inputs, data.d);
  if (by !== undefined && by.length !== data.n)
    throw new InvalidArgumentError('by', `${by.length} values`, `${data.n}, one a row`);
  if (classes) checkOutputs(model, classes, loss);
  const attackBy = (raised: LossName | SampleLoss): Attack => pgd({ norm, steps, seed, loss: raised });
  const attack = classes ? attackOnEachClass(classes.length, attackBy) : attackBy(loss ?? 'squared');
  const permutations = inputs.length * repeats * (classes?.length ?? 1);
  const importanceRows = rowsOfPermutations(options.importanceRows, data.n, permutations);
  const asked = { eps, inputs, repeats, importanceRows, seed };
  const count = attackCount(data.n, asked, options.onProgress);
  const rows = await attackedRows(target, attack, eps, count);
  const losses = classes ? errorsOf(rows) : rows;
  const risksOf = classes ? errorsByClass(classes.length) : meanLosses;
  const rises = await permutationRises(target, attack, rows, asked, risksOf, count);
  return {
    units: target.units,
    clean: meanOf(losses.cleanLoss),
    robust: meanOf(losses.loss),
    coefficients: classes ? null : await linearCoefficients(model),
    importance: importanceFor(rises),
    importanceRows,
    movements: inputMovements(rows, inputs, deviationsOf(model, data.d)).sort(
      (a, b) => b.size.value - a.size.value,
    ),
    rows,
    subgroups: by ? subgroupRisks(losses, by) : null,
    classes: classes ? await explainedClasses(model, classes, { rows, y: target.data.y, rises }) : null,
  };
}

function checkOutputs(model: tf.LayersModel, classes: readonly string[], loss: LossName | undefined): void {
  if (!(Array.isArray(classes) && classes.length > 2 && classes.every((name) => typeof name === 'string')))
    throw new InvalidArgumentError('classes', classes, 'the names of three classes or more');
  if (loss !== undefined)
    throw new InvalidArgumentError('loss', loss, 'none for several classes, whose risk is the error');
  const outputs = model.outputs[0]!.shape[1];
  if (outputs !== classes.length)
    throw new InvalidArgumentError(
      'classes',
      `${classes.length} names`,
      `${outputs}, one for each output of the model`,
    );
}
