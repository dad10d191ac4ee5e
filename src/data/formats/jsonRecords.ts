import { messageOf, oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawTable } from '../rawTable.ts';

/**
 * A table from a JSON array of records, or from one record a line, as `json.dump` and `DataFrame.to_json(orient='records')` write
 * them. The text comes in pieces, of which only what no record has yet is kept. A name that a record lacks is a missing cell.
 */
export class JsonTable {
  private readonly file: string;
  private readonly builders = new Map<string, ColumnBuilder>();
  private count = 0;
  private values: ArrayElements | Lines | null = null;

  /** @param file as messages name it */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * Takes the next piece of the text, of which the first has more than blanks.
   * @throws UserError naming the file, and the row of what is no JSON or no record
   */
  push(piece: string, isLast: boolean): void {
    const text = this.values ? piece : piece.replace(/^\uFEFF?\s*/, '');
    this.values ??= text.startsWith('[') ? new ArrayElements() : new Lines();
    for (const value of this.values.push(text, isLast)) this.add(this.parsed(value));
    if (isLast && this.values.fault)
      throw new UserError(oneLine(`${this.file} is no JSON: ${this.values.fault}`));
  }

  /** The table, after the last piece. @throws UserError for a file without records */
  done(): RawTable {
    const { file, builders, count } = this;
    if (builders.size === 0) throw new UserError(`${file} holds no records`);
    return { file, rows: count, columns: [...builders].map(([name, builder]) => builder.done(name.trim())) };
  }

  private add(record: unknown): void {
    const { builders } = this;
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new UserError(`row ${this.count + 1} of ${this.file} is no record {"column": value, ...}`);
    for (const name of Object.keys(record))
      if (!builders.has(name)) builders.set(name, newColumn(this.count));
    for (const [name, builder] of builders) builder.add((record as Record<string, unknown>)[name]);
    this.count++;
  }

  private parsed(value: string): unknown {
    try {
      return JSON.parse(value) as unknown;
    } catch (error) {
      const isFirstLine = this.values instanceof Lines && this.count === 0;
      const hint = isFirstLine ? ' (a JSON array of records is read, or one record a line)' : '';
      const what = `row ${this.count + 1} of ${this.file} is no JSON: ${messageOf(error)}${hint}`;
      throw new UserError(oneLine(what));
    }
  }
}

/** A column that begins with so many missing cells. */
function newColumn(missing: number): ColumnBuilder {
  const builder = new ColumnBuilder();
  for (let i = 0; i < missing; i++) builder.add(null);
  return builder;
}

/** Lines that are not blank, of text in pieces. */
class Lines {
  readonly fault = null;
  private rest = '';

  *push(piece: string, isLast: boolean): Generator<string, undefined> {
    const lines = (this.rest + piece).split('\n');
    this.rest = isLast ? '' : lines.pop()!;
    for (const line of lines) if (line.trim() !== '') yield line;
  }
}

/** The texts of the elements of a JSON array that comes in pieces; what is within them is for a parser to judge. */
class ArrayElements {
  /** What is wrong about the end of the array, after the last piece. */
  fault: string | null = 'the array has no end';
  private rest = '';
  /** Up to where `rest` has been looked at. */
  private at = 0;
  /** Open brackets; -1 after the array. */
  private depth = 0;
  private inText = false;
  private isFirst = true;

  *push(piece: string, isLast: boolean): Generator<string, undefined> {
    const text = this.rest + piece;
    let start = 0;
    let at = this.at;
    for (; at < text.length; at++) {
      const c = text[at];
      if (this.inText) {
        // A backslash may be the last character of a piece, and what it escapes is the first of the next.
        if (c === '\\') at++;
        else if (c === '"') this.inText = false;
      } else if (this.depth < 0) {
        if (c!.trim() !== '') this.fault = `${JSON.stringify(c)} after the array`;
      } else if (c === '"') this.inText = true;
      else if (c === '{' || c === '[') {
        if (this.depth++ === 0) start = at + 1;
      } else if (c === '}' || c === ']' || (c === ',' && this.depth === 1)) {
        if (c !== ',' && --this.depth > 0) continue;
        const element = text.slice(start, at);
        start = at + 1;
        if (c === ',' || !this.isFirst || element.trim() !== '') yield element;
        this.isFirst = false;
        if (c === ']') this.fault = null;
        if (c !== ',') this.depth = -1;
      }
    }
    this.rest = text.slice(start);
    this.at = at - start;
    if (isLast) this.rest = '';
  }
}
