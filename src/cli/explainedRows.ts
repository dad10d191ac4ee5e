import { type ClassNames, classTableOf, labelledTable } from '../data/csvClasses.ts';
import { type CsvFile, readCsvFile } from '../data/csvFile.ts';
import { tableOf } from '../data/csvTable.ts';
import type { Dataset } from '../data/dataset.ts';
import { decimal } from '../data/decimal.ts';
import { columnNamed } from '../data/table.ts';
import { tableDataset } from '../data/tableDataset.ts';
import { oneLine, UserError } from '../errors.ts';
import { classList } from './classes.ts';
import type { Training } from './explain.ts';

/** Rows as a model reads them. */
export interface ExplainedRows {
  readonly data: Dataset;
  /** Names of the columns, in the order of the model. */
  readonly inputs: readonly string[];
  readonly target: string;
  /** The values of the column that was asked for, one a row. */
  readonly by: readonly (string | number)[] | undefined;
}

/**
 * Takes from a file the columns that a model was trained on, in their order; without a memory of them all but the target.
 * @throws UserError naming a column that is missing, or a cell that is not as it must be; InvalidArgumentError for an unknown
 * target or column to tell risks apart by
 */
export function explainedRows(
  args: {
    readonly csv: string;
    readonly target?: string | undefined;
    readonly positive?: string | undefined;
    readonly by?: string | undefined;
  },
  training: Training | undefined,
  known: ClassNames | undefined,
): ExplainedRows {
  const file = readCsvFile(args.csv);
  const target = args.target ?? training?.target ?? file.names.at(-1)!;
  columnNamed(file.names, 'target', target);
  const inputs = training?.inputs ?? file.names.filter((name) => name !== target);
  const missing = inputs.filter((name) => !file.names.includes(name));
  if (missing.length > 0)
    throw new UserError(
      oneLine(
        `${file.file} has no column ${missing
          .slice(0, 5)
          .map((name) => JSON.stringify(name))
          .join(', ')}, which the model reads`,
      ),
    );
  const chosen = columnsOf(file, [...inputs, target]);
  const table =
    args.positive !== undefined
      ? classTableOf(chosen, target, classList(args.positive)).table
      : known
        ? labelledTable(chosen, target, known)
        : tableOf(chosen);
  return {
    data: tableDataset(table, target, { inputs: false, target: false }),
    inputs,
    target,
    by: args.by === undefined ? undefined : valuesOf(file, args.by),
  };
}

function columnsOf(file: CsvFile, names: readonly string[]): CsvFile {
  const positions = names.map((name) => file.names.indexOf(name));
  return { ...file, names, rows: file.rows.map((row) => positions.map((j) => row[j]!)) };
}

/** Numbers where all cells are, otherwise text. */
function valuesOf({ names, rows }: CsvFile, column: string): (string | number)[] {
  const j = columnNamed(names, 'by', column);
  const cells = rows.map((row) => row[j]!);
  const numbers = cells.map(decimal);
  return numbers.every(Number.isFinite) ? numbers : cells;
}
