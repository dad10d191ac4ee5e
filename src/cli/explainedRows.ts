import { type ClassNames, classNames, labelledTable } from '../data/csvClasses.ts';
import type { Dataset } from '../data/dataset.ts';
import { numericTable, withoutRowCount } from '../data/numericTable.ts';
import { inputNames, type Preparation } from '../data/preparation/preparation.ts';
import { preparedTable } from '../data/preparation/preparedTable.ts';
import { cellText, type RawTable, rawColumn } from '../data/rawTable.ts';
import type { Table } from '../data/table.ts';
import { tableDataset } from '../data/tableDataset.ts';
import { type ExplainedInput, oneInputAColumn } from '../table/explainInputs.ts';
import { classList } from './classes.ts';
import { readTableFile } from './readTableFile.ts';

/** Rows as a model reads them. */
export interface ExplainedRows {
  readonly data: Dataset;
  /** Names of the columns that the model reads, in their order. */
  readonly columns: readonly string[];
  /** Columns of the file, each with those that the model makes of it. */
  readonly inputs: readonly ExplainedInput[];
  readonly target: string;
  /** The values of the column that was asked for, one a row. */
  readonly by: readonly (string | number)[] | undefined;
  /** What a reader should know of the columns. */
  readonly notes: readonly string[];
}

interface Asked {
  readonly csv: string;
  readonly target?: string | undefined;
  readonly positive?: string | undefined;
  readonly by?: string | undefined;
}

/**
 * Reads a file as a model does.
 * @param known the classes that the model was trained to tell apart
 * @param preparation how the model reads the columns of a file; null for one that reads all but the target as they stand
 * @throws UserError naming columns that are missing, or a cell that is not as it must be; InvalidArgumentError for an unknown
 * target or column to tell risks apart by
 */
export async function explainedRows(
  { csv, target: named, positive, by }: Asked,
  known: ClassNames | undefined,
  preparation: Preparation | null,
): Promise<ExplainedRows> {
  const file = withoutRowCount(await readTableFile(csv));
  const target = named ?? preparation?.target.name ?? file.columns.at(-1)!.name;
  const classes = positive === undefined ? known : classNames(file, target, classList(positive));
  const { table, notes } = numbersOf(file, target, classes, preparation);
  const columns = table.names.filter((name) => name !== target);
  return {
    data: tableDataset(table, target, { inputs: false, target: false }),
    columns,
    inputs: preparation ? inputsOf(preparation) : oneInputAColumn(columns),
    target,
    by: by === undefined ? undefined : valuesOf(file, by),
    notes,
  };
}

function numbersOf(
  file: RawTable,
  target: string,
  classes: ClassNames | undefined,
  preparation: Preparation | null,
): { readonly table: Table; readonly notes: readonly string[] } {
  if (!preparation)
    return { table: classes ? labelledTable(file, target, classes) : numericTable(file), notes: [] };
  return preparedTable(file, {
    ...preparation,
    target: classes ? { kind: 'two classes', name: target, ...classes } : { kind: 'number', name: target },
  });
}

/** The columns that stand for one column of the file are one input. */
function inputsOf({ inputs }: Preparation): ExplainedInput[] {
  let at = 0;
  return inputs.map((input) => ({ name: input.name, columns: inputNames(input).map(() => at++) }));
}

/** Numbers where all cells are, otherwise text. */
function valuesOf(file: RawTable, name: string): (string | number)[] {
  const column = rawColumn(file, 'by', name);
  if (column.kind === 'number' && !column.values.some(Number.isNaN)) return [...column.values];
  return Array.from({ length: file.rows }, (_, row) => cellText(column, row) || '(missing)');
}
