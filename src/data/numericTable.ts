import { decimal } from './decimal.ts';
import { decimalMark } from './decimalMark.ts';
import { countsRows } from './preparation/columnKinds.ts';
import { cellError, isMissing, type NumberColumn, type RawColumn, type RawTable } from './rawTable.ts';
import type { Table } from './table.ts';
import { TableFaults } from './tableFaults.ts';

/** The same table without a first column that has no name and counts the rows. */
export function withoutRowCount(table: RawTable): RawTable {
  const [first, ...others] = table.columns;
  const unnamed = first && (first.name === '' || first.name === 'Unnamed: 0');
  return unnamed && others.length > 0 && countsRows(first) ? { ...table, columns: others } : table;
}

/**
 * A table all of whose cells are numbers, as it stands.
 * @param mark what stands before decimals, where that is known; default by the cells
 * @throws UserError naming the file, row and column of a cell that is missing or no number, of each column that has one
 */
export function numericTable(table: RawTable, mark?: ',' | '.'): Table {
  const { rows, columns } = table;
  const faults = new TableFaults(table.file);
  const numbers = columns.flatMap((column) => faults.of(() => numbersOf(table, column)) ?? []);
  faults.of(() => decimalMark(table, columns, mark));
  faults.refuse();
  const values = new Float64Array(rows * columns.length);
  numbers.forEach((column, j) => {
    for (let i = 0, at = j; i < rows; i++, at += columns.length) values[at] = column[i]!;
  });
  return { names: columns.map(({ name }) => name), rows, values };
}

function numbersOf(table: RawTable, column: RawColumn): Float64Array {
  for (let i = 0; i < table.rows; i++) {
    if (isMissing(column, i)) throw cellError(table, i, column.name, 'is missing');
    if (column.kind === 'text' && !isNumber(column.levels[column.codes[i]!]!))
      throw noNumber(table, i, column);
  }
  refuseHuge(table, column);
  return (column as NumberColumn).values;
}

/** What is larger is infinite in float32, in which models read their inputs. */
const LARGEST = 3.4e38;

/** @throws UserError naming the first number of a column that no model can read */
export function refuseHuge(table: RawTable, column: RawColumn): void {
  if (column.kind !== 'number') return;
  const row = column.values.findIndex((value) => Math.abs(value) > LARGEST);
  if (row >= 0)
    throw cellError(
      table,
      row,
      column.name,
      `is ${column.values[row]}: models compute with numbers up to ${LARGEST}. Correct it, or write the column in a larger unit`,
    );
}

/** An error about a cell that is no number. */
export const noNumber = (
  table: RawTable,
  row: number,
  { name, levels, codes }: Extract<RawColumn, { kind: 'text' }>,
  hint = '',
): Error =>
  cellError(
    table,
    row,
    name,
    `is ${JSON.stringify(levels[codes[row]!]!.slice(0, 80))}, not a finite number${hint}`,
  );

const isNumber = (level: string): boolean => Number.isFinite(decimal(level));
