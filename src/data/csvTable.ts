import { readFileSync } from 'node:fs';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';

/** A table of numbers with named columns, in float64. */
export interface Table {
  /** Of the columns, from the header. */
  readonly names: readonly string[];
  /** Rows below the header. */
  readonly rows: number;
  /** rows x names.length, row after row. */
  readonly values: Float64Array;
}

/**
 * Reads a CSV file (RFC 4180) with a header, all of whose cells are numbers.
 * @throws UserError naming the file, and the row (the first below the header is 1) and column of a cell that is missing or not a finite number
 */
export function readCsvTable(path: string): Table {
  const file = JSON.stringify(path);
  const [header, ...rows] = csvRows(naming('read', path, () => readFileSync(path, 'utf8')));
  if (!header || rows.length === 0) throw new UserError(`${file} has no rows below its header`);
  const names = header.map((name) => name.trim());
  if (names.every(isNumber)) throw new UserError(`${file} has no header: its first line holds only numbers`);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) throw new UserError(`${file} has two columns named ${JSON.stringify(twice)}`);
  const values = new Float64Array(rows.length * names.length);
  rows.forEach((cells, i) => {
    if (cells.length !== names.length)
      throw new UserError(`row ${i + 1} of ${file} has ${cells.length} cells instead of ${names.length}`);
    cells.forEach((cell, j) => {
      if (!isNumber(cell))
        throw new UserError(
          `row ${i + 1}, column ${JSON.stringify(names[j])} of ${file} ${
            cell.trim() === '' ? 'is missing' : `is ${JSON.stringify(cell)}, not a finite number`
          }`,
        );
      values[i * names.length + j] = Number(cell);
    });
  });
  return { names, rows: rows.length, values };
}

const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell));

/** A table as text, numbers so that they read back the same. */
export function csvText({ names, values }: Table): string {
  const quoted = names.map((name) => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
  const lines = [quoted.join(',')];
  for (let at = 0; at < values.length; at += names.length)
    lines.push(values.subarray(at, at + names.length).join(','));
  return `${lines.join('\n')}\n`;
}

/** The position of a column. @throws InvalidArgumentError when there is none of that name */
export function columnNamed({ names }: Table, option: string, name: string): number {
  const found = names.indexOf(name);
  if (found < 0) throw new InvalidArgumentError(option, name, `a column: ${names.join(', ')}`);
  return found;
}

/** The cells of CSV text; blank lines are skipped. Quoted cells may hold commas, line ends and doubled quotes. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // One cell, quoted or plain, and what ends it.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n][^,\r\n]*|))(,|\r?\n|\r|$)/y;
  cells.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  while (cells.lastIndex < text.length) {
    const at = cells.lastIndex;
    const match = cells.exec(text);
    if (!match)
      throw new UserError(`a quote is never closed, or followed by text: ${text.slice(at, at + 40)}`);
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',' && cells.lastIndex < text.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0]!.trim() !== '') rows.push(row);
    row = [];
  }
  return rows;
}
