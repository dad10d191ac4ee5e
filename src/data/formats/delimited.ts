import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import { decimal, decimalComma } from '../decimal.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';

/** What may separate cells; of several that would do, the first. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Lines that are looked at to find out what separates cells. */
const SNIFFED = 20;

/** The line before the header by which Excel is told what separates cells. */
const TOLD = /^\uFEFF?sep=([,;\t|])\r?\n/i;

/** Characters of a quoted cell at most: one that is longer began with a quote that nothing closes. */
const LONGEST = 1 << 24;

/**
 * A table from text with a header and a line for each row (RFC 4180), cells separated by commas, semicolons, tabs or bars,
 * whichever gives the first lines as many cells. The text comes in pieces, of which only what no row has yet is kept.
 */
export class DelimitedTable {
  private readonly file: string;
  /** The beginning, until it is known what separates its cells. */
  private head = '';
  private rows: DelimitedRows | null = null;
  private names: string[] | null = null;
  private builders: ColumnBuilder[] = [];
  private count = 0;

  /** @param file as messages name it */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * Takes the next piece of the text.
   * @param isLast whether none comes after it
   * @throws UserError naming the file and saying what it is, where it is something else: begun by a comment, with rows of
   * different lengths, with a quote that is never closed
   */
  push(piece: string, isLast: boolean): void {
    if (this.rows) {
      this.add(this.rows.push(piece, isLast));
      return;
    }
    this.head += piece;
    const told = TOLD.exec(this.head);
    const delimiter = told ? told[1]! : delimiterOf(this.head, isLast);
    if (delimiter === null) return;
    if (told) this.head = this.head.slice(told[0].length);
    if (/^\uFEFF?\s*<[!?h]/i.test(this.head)) this.fail('is a web page or XML, and no table');
    if (/^\uFEFF?\s*[#%]/.test(this.head))
      this.fail('begins with a comment line: its first line must be the header');
    this.rows = new DelimitedRows(delimiter, this.file);
    this.add(this.rows.push(this.head, isLast));
    this.head = '';
  }

  /** The table, after the last piece. @throws UserError for a file without rows or header */
  done(): RawTable {
    const { file, names, builders, count } = this;
    if (names === null) return this.fail('is empty');
    if (count === 0) this.fail('has no rows below its header');
    if (names.every((name) => !Number.isNaN(decimal(name)) || !Number.isNaN(decimalComma(name))))
      this.fail('has no header: its first line holds only numbers');
    // Spreadsheets write cells beside a table that hold nothing.
    const columns = builders.map((builder, j) => builder.done(names[j]!));
    return { file, rows: count, columns: columns.filter((column) => column.name !== '' || !isBlank(column)) };
  }

  private add(rows: Iterable<string[]>): void {
    for (const cells of rows) {
      if (this.names === null) {
        this.names = cells.map((name) => name.trim());
        this.builders = cells.map(() => new ColumnBuilder());
      } else this.addRow(cells, this.names.length);
    }
  }

  private addRow(cells: string[], columns: number): void {
    const { builders } = this;
    this.count++;
    if (cells.length !== columns) {
      const what = cells[0]!.startsWith('#')
        ? 'is a comment line'
        : `has ${cells.length} cells instead of ${columns}`;
      throw new UserError(oneLine(`row ${this.count} of ${this.file} ${what}`));
    }
    for (let j = 0; j < columns; j++) builders[j]!.addText(cells[j]!);
  }

  private fail(what: string): never {
    throw new UserError(oneLine(`${this.file} ${what}`));
  }
}

/**
 * The delimiter for which the first lines all have as many cells as the header, and most; else that of most in the header. Null
 * where that takes more of the text.
 */
function delimiterOf(text: string, isWhole: boolean): string | null {
  const lengths = DELIMITERS.map((delimiter) => firstLengths(text, delimiter, isWhole));
  if (lengths.includes(null)) return null;
  const found = DELIMITERS.map((delimiter, k) => {
    const [first = 1, ...others] = lengths[k]!;
    return { delimiter, first, fits: others.every((length) => length === first) };
  }).filter(({ first }) => first > 1);
  const most = (a: (typeof found)[0], b: (typeof found)[0]) =>
    Number(b.fits) - Number(a.fits) || b.first - a.first;
  return found.sort(most)[0]?.delimiter ?? ',';
}

/** How many cells the first rows have; none where quotes do not fit the delimiter, null where the text has too few rows. */
function firstLengths(text: string, delimiter: string, isWhole: boolean): number[] | null {
  const lengths: number[] = [];
  try {
    for (const row of new DelimitedRows(delimiter).push(text, isWhole)) {
      if (lengths.push(row.length) > SNIFFED) return lengths;
    }
  } catch {
    return [];
  }
  return isWhole ? lengths : null;
}

/**
 * The rows of delimited text that comes in pieces; blank lines are skipped. Quoted cells may hold delimiters, line ends and
 * doubled quotes, and have spaces around them.
 */
export class DelimitedRows {
  private readonly delimiter: string;
  private readonly file: string;
  /** What ends a cell without quotes. */
  private readonly end: RegExp;
  /** What no row has yet; null before the beginning. */
  private rest: string | null = null;
  /** Rows so far, the header among them. */
  private count = 0;

  /** @param file as messages name it */
  constructor(delimiter = ',', file = 'the text') {
    this.delimiter = delimiter;
    this.file = file;
    this.end = new RegExp(`[\\${delimiter}\\r\\n]`, 'g');
  }

  /**
   * The rows that end in the next piece.
   * @param isLast whether none comes after it, so that its end is that of a row
   * @throws UserError for a quote that is never closed, or followed by text
   */
  *push(piece: string, isLast: boolean): Generator<string[], undefined> {
    const text = (this.rest ?? '') + piece;
    if (text === '') return;
    let at = this.rest === null && text.startsWith('\uFEFF') ? 1 : 0;
    let newline = text.indexOf('\n', at);
    while (at < text.length) {
      // Of text without any it is found out once.
      if (newline >= 0 && newline < at) newline = text.indexOf('\n', at);
      if (newline < 0 && !isLast) break;
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
      // Nearly all lines have neither quotes nor a carriage return within.
      let row: string[];
      if (line.includes('\r') || line.includes('"')) {
        const found = this.quotedRow(text, at, isLast);
        if (found === null) break;
        [row, at] = found;
      } else [row, at] = [line.split(this.delimiter), end + 1];
      if (row.length === 1 && row[0]!.trim() === '') continue;
      this.count++;
      yield row;
    }
    this.rest = text.slice(at);
  }

  /** The cells of a row that begins at a position, and where the next one does; null where it may go on in the next piece. */
  private quotedRow(text: string, start: number, isLast: boolean): [string[], number] | null {
    const row: string[] = [];
    for (let at = start; ; at++) {
      const cell = this.quotedCell(text, at, isLast) ?? this.plainCell(text, at);
      if (cell === 'open') return null;
      row.push(cell.text);
      at = cell.end;
      // A cell at the end of the piece may go on, and a line may end by two characters.
      if (at >= text.length - 1 && !isLast && text[at] !== '\n') return null;
      if (text[at] !== this.delimiter) return [row, at + (text.startsWith('\r\n', at) ? 2 : 1)];
    }
  }

  /** The cell at a position where it is quoted, else null; 'open' where its end may be in the next piece. */
  private quotedCell(text: string, start: number, isLast: boolean): Cell | 'open' | null {
    const opening = pastSpaces(text, start);
    if (text[opening] !== '"') return null;
    const closing = closingQuote(text, opening);
    // Behind a space a quote may be any other character.
    const plain = opening > start;
    const newline = plain ? text.indexOf('\n', opening) : -1;
    if (newline >= 0 && (closing < 0 || closing > newline)) return null;
    const mayGoOn = closing < 0 || closing === text.length - 1;
    if (mayGoOn && !isLast && text.length - opening < LONGEST) return 'open';
    const end = closing < 0 ? closing : pastSpaces(text, closing + 1);
    if (end === text.length || [this.delimiter, '\r', '\n'].includes(text[end]!))
      return { text: text.slice(opening + 1, closing).replaceAll('""', '"'), end };
    if (plain) return null;
    throw new UserError(
      oneLine(
        `${this.count === 0 ? 'the header' : `row ${this.count}`} of ${this.file} has a quote that is never closed, or followed by text: ${text.slice(opening, opening + 40)}`,
      ),
    );
  }

  private plainCell(text: string, start: number): Cell {
    this.end.lastIndex = start;
    const end = this.end.exec(text)?.index ?? text.length;
    return { text: text.slice(start, end), end };
  }
}

/** What a cell holds, and the position of what ends it. */
interface Cell {
  readonly text: string;
  readonly end: number;
}

function pastSpaces(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ') at++;
  return at;
}

/** The position of the quote that closes the one at a position; -1 where none does. */
function closingQuote(text: string, opening: number): number {
  for (let quote = text.indexOf('"', opening + 1); quote >= 0; quote = text.indexOf('"', quote + 2))
    if (text[quote + 1] !== '"') return quote;
  return -1;
}

const isBlank = (column: RawColumn): boolean => column.kind === 'number' && column.values.every(Number.isNaN);
