import { pgd } from '../attacks/index.ts';
import { columnNotes } from '../data/columnNotes.ts';
import { standardised, tableStatistics } from '../data/standardise.ts';
import { splitTable, type Table, targetLast } from '../data/table.ts';
import { asDataset } from '../data/tableDataset.ts';
import { UserError } from '../errors.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import { robustRisk } from '../evaluation/risk.ts';
import { standardisedModel } from '../models/standardisedModel.ts';
import { tf } from '../runtime/tf.ts';
import { readoutBias, tableModel } from './tableModel.ts';
import {
  resolveTableTraining,
  type TableTrainingOptions,
  type TableTrainingSettings,
} from './tableTrainingOptions.ts';
import { trainTableByGradient } from './trainTableByGradient.ts';
import { trainTableExactly } from './trainTableExactly.ts';

/** A trained model, and what it is worth on rows held out. */
export interface TableTraining {
  /** From inputs to the target, both in their own units. */
  readonly model: tf.Sequential;
  /** How many rows each part has. */
  readonly rows: {
    /** Trained on. */
    readonly train: number;
    /** Watched by early stopping; 0 without. */
    readonly validation: number;
    /** Held out. */
    readonly test: number;
  };
  /** Held-out rows in their own units, the target last. */
  readonly test: Table;
  /** Mean squared error on held-out rows, in squared units of the target. */
  readonly clean: Estimate;
  /** The same under an attack of radius eps. */
  readonly robust: Estimate;
  /** Of predicting the mean of the training targets; no attack moves it. */
  readonly trivial: Estimate;
  /** How the training ended. */
  readonly training: {
    /** Whether the solver or the gradient steps reached their tolerance. */
    readonly converged: boolean;
    /** Interior-point iterations, or gradient steps. */
    readonly iterations: number;
    /** As `adversarialTraining` and the exact solvers give it. */
    readonly residual: number;
    /** Of the standardised problem. */
    readonly objective: number;
    /** Proved, by the exact method only. */
    readonly relativeGap?: number;
    /** Why training by gradient stopped. */
    readonly stopped?: string;
  };
  /** What the model adds to its read-out, in units of the target; null where none is fitted. */
  readonly intercept: number | null;
  /** What the reader should know of the data, a clause each. */
  readonly notes: readonly string[];
}

/** Steps of the attack that measures. */
const TEST_STEPS = 20;

/**
 * Options and table before any work; needs no runtime.
 * @returns the options with their defaults, and the table with its target last
 * @throws InvalidArgumentError for an option that makes no sense, or an unknown target; UserError for a constant target or
 * no inputs
 */
export function checkTableTraining(
  table: Table,
  options: TableTrainingOptions,
): { settings: TableTrainingSettings; ordered: Table } {
  const settings = resolveTableTraining(options);
  return { settings, ordered: targetLast(table, settings.target) };
}

/**
 * Trains a regression on a table, adversarially, and measures it on rows held out. Inputs and target are standardised by the
 * training rows, inside the model, so that eps counts in standard deviations of the inputs. The comparison is predicting the
 * mean of the training targets. Needs a loaded runtime. The caller disposes the model.
 * @throws InvalidArgumentError for an option that makes no sense, or an unknown target; UserError for a target that is
 * constant in the training rows, no inputs, too few rows, or a problem that has no unique solution
 */
export async function trainOnTable(table: Table, options: TableTrainingOptions): Promise<TableTraining> {
  const { settings, ordered } = checkTableTraining(table, options);
  const { target, method, eps, norm, lambda, seed, clip, testFraction, validationFraction } = settings;
  const fractions = { testFraction, ...(validationFraction > 0 ? { validationFraction } : {}) };
  const parts = splitTable(ordered, fractions, seed);
  const [test, train] = [parts[0]!, parts.at(-1)!];
  const validation = parts.length === 3 ? parts[1]! : null;

  const statistics = tableStatistics(train, clip);
  const [mean, unit] = [statistics.target.mean[0]!, statistics.target.deviation[0]!];
  if (unit === 0)
    throw new UserError(`the target ${JSON.stringify(target)} is constant in the training rows`);
  const notes = columnNotes(train);
  const d = train.names.length - 1;
  if (train.rows < d && lambda === 0)
    notes.push(
      `${train.rows} training rows are fewer than ${d} columns: at lambda = 0 a model can fit them all`,
    );

  const inUnits = (part: Table): Table => standardised(part, statistics);
  const core = tableModel(settings, d);
  const training =
    method === 'exact'
      ? await trainTableExactly(core, inUnits(train), settings, notes)
      : await trainTableByGradient(core, inUnits(train), validation && inUnits(validation), settings);

  const held = asDataset(inUnits(test));
  const attack = pgd({ norm, steps: TEST_STEPS });
  const { standard, curve } = await robustRisk(core, held, attack, { epsilons: [eps] });
  const nothing = await robustRisk((x) => tf.zeros([x.shape[0]!, 1]), held, attack, { epsilons: [] });
  const back = ({ value, standardError, count }: Estimate): Estimate => ({
    value: value * unit ** 2,
    standardError: standardError * unit ** 2,
    count,
  });
  const bias = await readoutBias(core);
  return {
    model: standardisedModel(core, statistics.inputs, statistics.target),
    rows: { train: train.rows, validation: validation?.rows ?? 0, test: test.rows },
    test,
    clean: back(standard),
    robust: back(curve[0]!.risk),
    trivial: back(nothing.standard),
    training,
    intercept: bias === null ? null : mean + unit * bias,
    notes,
  };
}
