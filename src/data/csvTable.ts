import { type CsvFile, cellNumber, readCsvFile } from './csvFile.ts';
import type { Table } from './table.ts';

/**
 * Reads a CSV file (RFC 4180) with a header, all of whose cells are numbers in decimals. A first column without a name that
 * counts the rows is left out.
 * @throws UserError naming the file, and the row (the first below the header is 1) and column of a cell that is missing or
 * not a finite number; saying what the file is where it is something else, such as UTF-16 or separated by semicolons
 */
export const readCsvTable = (path: string): Table => tableOf(readCsvFile(path));

/** The cells of a file as numbers. @param numberAt the number in row i, column j; default that which the cell writes */
export function tableOf(
  file: CsvFile,
  numberAt: (i: number, j: number) => number = (i, j) => cellNumber(file, i, j),
): Table {
  const { names, rows } = file;
  const values = new Float64Array(rows.length * names.length);
  for (let at = 0; at < values.length; at++)
    values[at] = numberAt(Math.floor(at / names.length), at % names.length);
  return { names, rows: rows.length, values };
}

/**
 * A table as text, numbers so that they read back the same.
 * @param labels text to write in the last column in place of its numbers, one a row; default none
 */
export function csvText(table: Table, labels?: readonly string[]): string {
  const { names, rows, values } = table;
  const columns = names.length;
  const lines = [names.map(quoted).join(',')];
  for (let i = 0; i < rows; i++) {
    const numbers = values.subarray(i * columns, (i + 1) * columns);
    lines.push(labels ? [...numbers.subarray(0, -1), quoted(labels[i]!)].join(',') : numbers.join(','));
  }
  return `${lines.join('\n')}\n`;
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
