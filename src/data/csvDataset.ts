import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, InvalidArgumentError } from '../errors.ts';
import { type ClassTable, classTableOf } from './csvClasses.ts';
import type { Dataset } from './dataset.ts';
import { numericTable, withoutRowCount } from './numericTable.ts';
import { readTableSync } from './readTable.ts';
import { tableDataset } from './tableDataset.ts';

/** Which column of a file is the target, and in which units the columns are read. */
export interface CsvDatasetOptions {
  /** Name of its column; all others are inputs. */
  readonly target: string;
  /** The classes that count as +1, the others as -1. Default: as {@link readCsvClasses} where the target holds text. */
  readonly positive?: readonly string[] | undefined;
  /** Leave inputs and target in their units. Default false: mean 0 and deviation 1; classes stay +1 and -1. */
  readonly raw?: boolean;
  /** Deviations at which standardised inputs are clipped. Default not at all. */
  readonly clip?: number | undefined;
}

const OPTIONS: OptionNames<CsvDatasetOptions> = { target: true, positive: true, raw: true, clip: true };

/** A file as a data set, and the classes of its target. */
export interface CsvDataset {
  /** float32 rows. */
  readonly data: Dataset;
  /** Which classes became +1 and which -1; null where the target is a number. */
  readonly classes: Pick<ClassTable, 'positive' | 'negative'> | null;
}

/**
 * Reads a CSV file whose target is a number, or classes where it holds text or `positive` ones are named.
 * @throws UserError as {@link readCsvTable} and {@link readCsvClasses} do; InvalidArgumentError for an unknown target, class
 * or option, or a `clip` for raw inputs
 */
export function readCsvDataset(path: string, options: CsvDatasetOptions): CsvDataset {
  checkOptions('readCsvDataset', options ?? null, OPTIONS);
  const { target, positive, raw = false, clip } = options;
  checkBoolean('raw', raw);
  if (raw && clip !== undefined) throw new InvalidArgumentError('clip', clip, 'none with raw inputs');
  const file = withoutRowCount(readTableSync(path));
  const isText = file.columns.find(({ name }) => name === target)?.kind === 'text';
  if (positive === undefined && !isText)
    return {
      data: tableDataset(numericTable(file), target, { inputs: !raw, target: !raw, clip }),
      classes: null,
    };
  const { table, ...classes } = classTableOf(file, target, positive);
  return { data: tableDataset(table, target, { inputs: !raw, target: false, clip }), classes };
}
