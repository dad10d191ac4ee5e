import { numericTable, withoutRowCount } from './numericTable.ts';
import { cellText, type RawTable } from './rawTable.ts';
import { readTableSync } from './readTable.ts';
import type { Table } from './table.ts';

/**
 * Reads a CSV file, or one of the other formats that {@link readTable} reads without a package, all of whose cells are numbers
 * in decimals. A first column without a name that counts the rows is left out.
 * @throws UserError naming the file, and the row (the first below the header is 1) and column of a cell that is missing or
 * not a finite number; saying what the file is where it is something else, such as UTF-16
 */
export const readCsvTable = (path: string): Table => numericTable(withoutRowCount(readTableSync(path)));

/**
 * A table as CSV, numbers so that they read back the same.
 * @param labels text to write in the last column in place of its numbers, one a row; default none
 */
export function csvText({ names, rows, values }: Table, labels?: readonly string[]): string {
  const columns = names.length;
  const lines = [names.map(quoted).join(',')];
  for (let i = 0; i < rows; i++) {
    const numbers = values.subarray(i * columns, (i + 1) * columns);
    lines.push(labels ? [...numbers.subarray(0, -1), quoted(labels[i]!)].join(',') : numbers.join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** A table of numbers and text as CSV, a piece for each thousand rows; missing cells are empty. */
export function* rawCsv(table: RawTable): Generator<string> {
  const { rows, columns } = table;
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\n`;
  for (let start = 0; start < rows; start += PIECE) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(rows, start + PIECE); i++)
      lines.push(columns.map((column) => quoted(cellText(column, i))).join(','));
    yield `${lines.join('\n')}\n`;
  }
}

/** Rows in a piece. */
const PIECE = 1000;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
