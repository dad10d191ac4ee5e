import { readFileSync } from 'node:fs';
import { oneLine, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import { csvRows } from './csvRows.ts';
import { decimal } from './decimal.ts';

/** The cells of a CSV file as text, spaces around them taken away. */
export interface CsvFile {
  /** As messages name it, in quotes. */
  readonly file: string;
  /** Of the columns, each of another name, from the header. */
  readonly names: readonly string[];
  /** Rows below the header, each with as many cells as there are names. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads a CSV file (RFC 4180) with a header. A first column without a name that counts the rows is left out.
 * @throws UserError naming the file and saying what it is, where it is something else: compressed, UTF-16, separated by
 * semicolons or tabs, begun by a comment, without a header, with two columns of one name, with rows of different lengths
 */
export function readCsvFile(path: string): CsvFile {
  const bytes = naming('read', path, () => readFileSync(path));
  const file = JSON.stringify(path);
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) fail('is compressed with gzip: gunzip it first');
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide || bytes.subarray(0, 1000).includes(0)) fail('is UTF-16 or no text: save it as UTF-8');
  const text = bytes.toString('utf8');
  if (/^\uFEFF?\s*[#%]/.test(text)) fail('begins with a comment line: its first line must be the header');
  const [header, ...body] = csvRows(text);
  if (header?.length === 1)
    for (const [separator, name] of [
      [';', 'semicolons'],
      ['\t', 'tabs'],
      ['|', 'bars'],
    ] as const)
      if (header[0]!.includes(separator)) fail(`has cells separated by ${name}, not by commas`);
  if (!header || body.length === 0) return fail('has no rows below its header');
  const names = header.map((name) => name.trim());
  if (names.every((name) => !Number.isNaN(decimal(name))))
    fail('has no header: its first line holds only numbers');
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) fail(`has two columns named ${JSON.stringify(twice)}`);
  const rows = body.map((row) => row.map((cell) => cell.trim()));
  rows.forEach((cells, i) => {
    if (cells.length === names.length) return;
    const what = cells[0]!.startsWith('#')
      ? 'is a comment line'
      : `has ${cells.length} cells instead of ${names.length}`;
    throw new UserError(oneLine(`row ${i + 1} of ${file} ${what}`));
  });
  const indexed =
    (names[0] === '' || /^Unnamed: 0$/.test(names[0]!)) && countsRows(rows.map((row) => row[0]!));
  if (!indexed) return { file, names, rows };
  return { file, names: names.slice(1), rows: rows.map((row) => row.slice(1)) };
}

/** Whether cells are 0, 1, 2, ... or 1, 2, 3, ..., as programs number the rows that they write. */
function countsRows(cells: readonly string[]): boolean {
  const first = decimal(cells[0]!);
  return (first === 0 || first === 1) && cells.every((cell, i) => decimal(cell) === first + i);
}

/** The number in a cell. @throws UserError naming the file, the row (the first below the header is 1) and the column */
export function cellNumber({ file, names, rows }: CsvFile, i: number, j: number): number {
  const cell = rows[i]![j]!;
  const value = decimal(cell);
  if (Number.isFinite(value)) return value;
  const what = cell === '' ? 'is missing' : `is ${JSON.stringify(cell.slice(0, 80))}, not a finite number`;
  throw new UserError(oneLine(`row ${i + 1}, column ${JSON.stringify(names[j])} of ${file} ${what}`));
}
