import { cellNumber, readCsvFile } from './csvFile.ts';

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
 * Reads a CSV file (RFC 4180) with a header, all of whose cells are numbers in decimals. A first column without a name that
 * counts the rows is left out.
 * @throws UserError naming the file, and the row (the first below the header is 1) and column of a cell that is missing or
 * not a finite number; saying what the file is where it is something else, such as UTF-16 or separated by semicolons
 */
export function readCsvTable(path: string): Table {
  const cells = readCsvFile(path);
  const { names, rows } = cells;
  const values = new Float64Array(rows.length * names.length);
  for (let at = 0; at < values.length; at++)
    values[at] = cellNumber(cells, Math.floor(at / names.length), at % names.length);
  return { names, rows: rows.length, values };
}

/** A table as text, numbers so that they read back the same. */
export function csvText({ names, values }: Table): string {
  const quoted = names.map((name) => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
  const lines = [quoted.join(',')];
  for (let at = 0; at < values.length; at += names.length)
    lines.push(values.subarray(at, at + names.length).join(','));
  return `${lines.join('\n')}\n`;
}
