import { given } from '../checkOptions.ts';
import type { RawTable } from '../data/rawTable.ts';
import type { Table } from '../data/table.ts';
import { InvalidArgumentError } from '../errors.ts';
import { callback, type OptionChecks, resolveOptions } from '../resolveOptions.ts';
import { heldOutRows, overSplits, type SplitEstimate } from './splits.ts';
import type { TableTrainingOptions } from './tableTrainingOptions.ts';
import { checkTableTraining, type TableTraining, trainOnTable } from './trainOnTable.ts';

/** How often and on which parts of the rows {@link trainOnSplits} trains. */
export interface RepeatedSplits {
  /** Parts of the rows, each of which is held out in turn; default none: random splits. */
  readonly folds?: number | undefined;
  /** Random splits; with folds, how often the rows are dealt out anew. Default 1. */
  readonly repeats?: number | undefined;
  /** Called after each training: how many are done, and how many there are. */
  readonly onSplit?: (done: number, total: number) => void;
}

/** What {@link heldOutRows} does not check. */
const CHECKS: OptionChecks<RepeatedSplits> = { folds: true, repeats: true, onSplit: callback };

/** What one training on one split was worth on the rows that it held out. */
export interface SplitResult {
  /** Rows. */
  readonly rows: TableTraining['rows'];
  /** Mean loss of the held-out rows, as in {@link TableTraining}. */
  readonly clean: number;
  /** The same under attack. */
  readonly robust: number;
  /** Of the best constant. */
  readonly trivial: number;
  /** Share of the held-out rows that are answered rightly, of classes; otherwise null. */
  readonly accuracy: number | null;
  /** The same under attack. */
  readonly robustAccuracy: number | null;
  /** Whether the training converged. */
  readonly converged: boolean;
}

/** What several trainings of the same settings are worth, each on rows of its own. */
export interface SplitsTraining {
  /** In order: folds run faster than repeats. */
  readonly splits: readonly SplitResult[];
  /** Over splits. */
  readonly clean: SplitEstimate;
  /** Over splits. */
  readonly robust: SplitEstimate;
  /** Over splits. */
  readonly trivial: SplitEstimate;
  /** Over splits, of classes; otherwise null. */
  readonly accuracy: SplitEstimate | null;
  /** Over splits, of classes; otherwise null. */
  readonly robustAccuracy: SplitEstimate | null;
}

/**
 * Cross-validation, or repeated random splits: trains as `trainOnTable` does, once a split, and measures on the rows held out.
 * The models are disposed. Needs a loaded runtime.
 * @param table as `trainOnTable` takes it
 * @param options of the trainings; neither testRows nor folder
 * @param splits folds or repeats
 * @throws InvalidArgumentError as `trainOnTable` and `heldOutRows` do
 */
export async function trainOnSplits(
  table: Table | RawTable,
  options: TableTrainingOptions,
  splits: RepeatedSplits,
): Promise<SplitsTraining> {
  const { folds, repeats, onSplit } = resolveOptions('trainOnSplits', splits, CHECKS, {});
  const { settings, rows: usable } = checkTableTraining(table, options);
  for (const [name, value] of Object.entries(given({ testRows: options.testRows, folder: options.folder })))
    throw new InvalidArgumentError(name, value, 'none with folds or repeats');
  const { testFraction, seed } = settings;
  const held = heldOutRows(usable.count, { folds, repeats, testFraction, seed });
  const found: SplitResult[] = [];
  for (const testRows of held) {
    const { model, ...trained } = await trainOnTable(table, { ...options, testRows });
    model.dispose();
    found.push(resultOf(trained));
    onSplit?.(found.length, held.length);
  }
  const mean = (value: (split: SplitResult) => number): number =>
    found.reduce((sum, split) => sum + value(split), 0) / found.length;
  const rows = { train: mean((split) => split.rows.train), test: mean((split) => split.rows.test) };
  const over = (
    name: 'clean' | 'robust' | 'trivial' | 'accuracy' | 'robustAccuracy',
  ): SplitEstimate | null =>
    found[0]![name] === null
      ? null
      : overSplits(
          found.map((split) => split[name]!),
          rows,
        );
  return {
    splits: found,
    clean: over('clean')!,
    robust: over('robust')!,
    trivial: over('trivial')!,
    accuracy: over('accuracy'),
    robustAccuracy: over('robustAccuracy'),
  };
}

const resultOf = ({
  rows,
  clean,
  robust,
  trivial,
  classes,
  several,
  training,
}: Omit<TableTraining, 'model'>): SplitResult => ({
  rows,
  clean: clean.value,
  robust: robust.value,
  trivial: trivial.value,
  accuracy: (classes ?? several)?.clean.accuracy.value ?? null,
  robustAccuracy: (classes ?? several)?.robust.accuracy.value ?? null,
  converged: training.converged,
});
