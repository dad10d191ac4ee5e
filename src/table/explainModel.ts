import { type LossName, type NormName, pgd } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../evaluation/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import { type AttackedModel, attackedModel } from './attackedModel.ts';
import { type LinearCoefficients, linearCoefficients } from './explainCoefficients.ts';
import { checkInputs, deviationsOf, type ExplainedInput } from './explainInputs.ts';
import { type InputImportance, permutationImportance } from './explainPermutations.ts';
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
  /** What the attack raises and the risks are means of. Default 'squared'. */
  readonly loss?: LossName;
  /** Steps of the attack, PGD. Default 20. */
  readonly steps?: number;
  /** Permutations of each input. Default 5. */
  readonly repeats?: number;
  /** Names the streams of the attack and of the permutations. Default 0. */
  readonly seed?: number | string;
  /** Values of a column, one a row, by which the risks are told apart. Default none. */
  readonly by?: readonly (string | number)[] | undefined;
  /** Called after each permutation: how many are done, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

const OPTIONS: OptionNames<ExplainOptions> = {
  inputs: true,
  eps: true,
  norm: true,
  loss: true,
  steps: true,
  repeats: true,
  seed: true,
  by: true,
  onProgress: true,
};

/** What a model hangs on, and how an attack makes use of it. */
export interface ModelExplanation {
  /** What eps counts in. */
  readonly units: AttackedModel['units'];
  /** Mean loss of the rows; the standard error is over rows. */
  readonly clean: Estimate;
  /** The same under the attack. */
  readonly robust: Estimate;
  /** Of a linear model; otherwise null. */
  readonly coefficients: LinearCoefficients | null;
  /** By input, the most important under attack first. */
  readonly importance: readonly InputImportance[];
  /** By input, the most moved first. */
  readonly movements: readonly InputMovement[];
  /** Every row as it is and under attack. */
  readonly rows: AttackedRows;
  /** By the values of a column; null where none was asked for. */
  readonly subgroups: readonly SubgroupRisk[] | null;
}

/**
 * Explains a model of one output on rows of data: its coefficients where it is linear, the permutation importance of each input
 * for the risk without and under attack, the perturbation that hurts most, row by row and on average, and the risks of
 * subgroups. Needs a loaded runtime.
 * @param model as `trainOnTable` gives it, or any other
 * @param data rows in the units that the model reads
 * @throws InvalidArgumentError for options out of range, and for a model that does not take the data
 */
export async function explainModel(
  model: tf.LayersModel,
  data: Dataset,
  options: ExplainOptions,
): Promise<ModelExplanation> {
  checkOptions('explainModel', options ?? null, OPTIONS);
  const { eps, norm = 'l2', loss = 'squared', steps = 20, repeats, seed = 0, by, onProgress } = options;
  checkInteger('steps', steps);
  const target = await attackedModel(model, data);
  const inputs = checkInputs(options.inputs, data.d);
  if (by !== undefined && by.length !== data.n)
    throw new InvalidArgumentError('by', `${by.length} values`, `${data.n}, one a row`);
  const attack = pgd({ norm, loss, steps, seed });
  const rows = await attackedRows(target, attack, eps);
  const importance = await permutationImportance(target, attack, {
    ...{ eps, inputs, seed },
    ...(repeats === undefined ? {} : { repeats }),
    ...(onProgress ? { onProgress } : {}),
  });
  return {
    units: target.units,
    clean: meanOf(rows.cleanLoss),
    robust: meanOf(rows.loss),
    coefficients: await linearCoefficients(model),
    importance: importance.sort((a, b) => b.robust.value - a.robust.value),
    movements: inputMovements(rows, inputs, deviationsOf(model, data.d)).sort(
      (a, b) => b.size.value - a.size.value,
    ),
    rows,
    subgroups: by ? subgroupRisks(rows, by) : null,
  };
}
