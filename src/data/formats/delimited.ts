import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import { decimal } from '../decimal.ts';
import type { RawTable } from '../rawTable.ts';

/** What may separate cells; of several that would do, the first. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Lines that are looked at to find out what separates cells. */
const SNIFFED = 20;

/**
 * Reads text with a header and a line for each row (RFC 4180), cells separated by commas, semicolons, tabs or bars,
 * whichever gives every line as many cells.
 * @param file as messages name it
 * @throws UserError naming the file and saying what it is, where it is something else: begun by a comment, without a header,
 * with two columns of one name, with rows of different lengths
 */
export function delimitedTable(text: string, file: string): RawTable {
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  if (/^\uFEFF?\s*[#%]/.test(text)) fail('begins with a comment line: its first line must be the header');
  const rows = delimitedRows(text, delimiterOf(text), file);
  const header = rows.next().value as string[] | undefined;
  if (!header) return fail('has no rows below its header');
  const names = header.map((name) => name.trim());
  const builders = names.map(() => new ColumnBuilder());
  let count = 0;
  for (const cells of rows) {
    count++;
    if (cells.length !== names.length) {
      const what = cells[0]!.startsWith('#')
        ? 'is a comment line'
        : `has ${cells.length} cells instead of ${names.length}`;
      throw new UserError(oneLine(`row ${count} of ${file} ${what}`));
    }
    for (let j = 0; j < cells.length; j++) builders[j]!.addText(cells[j]!);
  }
  if (count === 0) fail('has no rows below its header');
  if (names.every((name) => !Number.isNaN(decimal(name))))
    fail('has no header: its first line holds only numbers');
  return { file, rows: count, columns: builders.map((builder, j) => builder.done(names[j]!)) };
}

/** The delimiter for which the first lines all have as many cells as the header, and most; else that of most in the header. */
function delimiterOf(text: string): string {
  const found = DELIMITERS.map((delimiter) => {
    const [first = 1, ...others] = firstLengths(text, delimiter);
    return { delimiter, first, fits: others.every((length) => length === first) };
  }).filter(({ first }) => first > 1);
  const most = (a: (typeof found)[0], b: (typeof found)[0]) =>
    Number(b.fits) - Number(a.fits) || b.first - a.first;
  return found.sort(most)[0]?.delimiter ?? ',';
}

/** How many cells the first rows have; none where quotes do not fit the delimiter. */
function firstLengths(text: string, delimiter: string): number[] {
  const lengths: number[] = [];
  try {
    for (const row of delimitedRows(text, delimiter)) {
      if (lengths.push(row.length) > SNIFFED) break;
    }
    return lengths;
  } catch {
    return [];
  }
}

/** The rows of delimited text; blank lines are skipped. Quoted cells may hold delimiters, line ends and doubled quotes. */
export function* delimitedRows(
  text: string,
  delimiter = ',',
  file = 'the text',
): Generator<string[], undefined> {
  const mark = `\\${delimiter}`;
  // One cell, quoted or plain, and what ends it.
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${mark}\\r\\n][^${mark}\\r\\n]*|))(${mark}|\\r?\\n|\\r|$)`,
    'y',
  );
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    // Nearly all lines have neither quotes nor a carriage return within.
    let row: string[];
    if (line.includes('"') || line.includes('\r')) [row, at] = quotedRow(text, at, cell, delimiter, file);
    else [row, at] = [line.split(delimiter), end + 1];
    if (row.length > 1 || row[0]!.trim() !== '') yield row;
  }
}

/** The cells of a row that begins at a position, and where the next one does. */
function quotedRow(
  text: string,
  start: number,
  cell: RegExp,
  delimiter: string,
  file: string,
): [string[], number] {
  const row: string[] = [];
  cell.lastIndex = start;
  for (;;) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (!match)
      throw new UserError(
        oneLine(`a quote in ${file} is never closed, or followed by text: ${text.slice(at, at + 40)}`),
      );
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end !== delimiter) return [row, Math.max(cell.lastIndex, start + 1)];
    if (cell.lastIndex === text.length) return [[...row, ''], text.length];
  }
}
