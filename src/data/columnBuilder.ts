import { decimal, decimalComma, mayBeThousands } from './decimal.ts';
import type { RawColumn, WrittenDecimals } from './rawTable.ts';

/** What programs write where there is no value, in any case of letters but for Python's None. */
const MISSING = new Set(['', 'na', 'n/a', '#n/a', '<na>', 'nan', 'null', '?']);

const isMissingWord = (text: string): boolean =>
  text.length < 6 && (MISSING.has(text) || text === 'None' || MISSING.has(text.toLowerCase()));

const BOOLEAN = /^(true|false)$/i;

/**
 * Gathers the cells of a column, whatever format they come from. Cells that write numbers are numbers until the first that
 * writes none, or writes its decimals otherwise than those before, makes all of them text.
 */
export class ColumnBuilder {
  private values: Float64Array;
  private codes: Int32Array | null = null;
  private readonly known = new Map<string, number>();
  private length = 0;
  private decimals: WrittenDecimals | undefined;

  /** @param rows how many cells there will be, where that is known: there is room for them from the beginning */
  constructor(rows = 256) {
    this.values = new Float64Array(rows);
  }

  /** Of any kind that a format has: text, numbers, true and false, dates; undefined and null are missing. */
  add(cell: unknown): void {
    if (typeof cell === 'string') this.addText(cell);
    else if (typeof cell === 'number') this.addNumber(cell);
    else if (typeof cell === 'bigint') this.addNumber(Number(cell));
    else if (cell === null || cell === undefined) this.addNumber(Number.NaN);
    else if (cell instanceof Date) this.addText(Number.isNaN(cell.getTime()) ? '' : isoText(cell));
    else this.addText(typeof cell === 'object' ? JSON.stringify(cell) : String(cell));
  }

  /** A cell that is written. */
  addText(cell: string): void {
    const text = cell.trim();
    const value = decimal(text);
    if (Number.isFinite(value)) this.addWritten(value, text, text.includes('.') ? '.' : null);
    else if (isMissingWord(text)) this.addNumber(Number.NaN);
    else {
      const other = text.includes(',') ? decimalComma(text) : Number.NaN;
      if (Number.isFinite(other)) this.addWritten(other, text, ',');
      else this.addLevel(text);
    }
  }

  /** @param mark before the decimals; null of a whole number */
  private addWritten(value: number, text: string, mark: ',' | '.' | null): void {
    const isOtherwise = mark !== null && this.decimals && this.decimals.mark !== mark;
    if (this.codes || isOtherwise) {
      this.addLevel(mark === ',' ? text : String(value));
      return;
    }
    if (mark !== null) {
      const open = mark === ',' && (this.decimals?.open ?? true) && mayBeThousands(text);
      if (this.decimals?.open !== open)
        this.decimals = { mark, open, cell: this.decimals?.cell ?? { row: this.length, text: copied(text) } };
    }
    this.addNumber(value);
  }

  /** NaN is missing; an infinite number is no number here. */
  addNumber(value: number): void {
    if (this.codes && Number.isNaN(value)) this.push(this.codes, -1);
    else if (this.codes || Math.abs(value) === Number.POSITIVE_INFINITY) this.addLevel(String(value));
    else {
      if (this.length === this.values.length) this.values = grown(this.values, Float64Array);
      this.values[this.length++] = value;
    }
  }

  private addLevel(text: string): void {
    this.codes ??= this.numbersAsCodes();
    this.push(this.codes, this.codeOf(text));
  }

  private push(codes: Int32Array, code: number): void {
    const room = this.length === codes.length ? grown(codes, Int32Array) : codes;
    room[this.length++] = code;
    this.codes = room;
  }

  private numbersAsCodes(): Int32Array {
    const codes = new Int32Array(this.values.length);
    for (let i = 0; i < this.length; i++) {
      const value = this.values[i]!;
      codes[i] = Number.isNaN(value) ? -1 : this.codeOf(this.written(value));
    }
    return codes;
  }

  /** A number as the cells before write it. */
  private written(value: number): string {
    const text = String(value);
    return this.decimals?.mark === ',' ? text.replace('.', ',') : text;
  }

  private codeOf(text: string): number {
    let code = this.known.get(text);
    if (code === undefined) {
      code = this.known.size;
      this.known.set(copied(text), code);
    }
    return code;
  }

  /** The column of the cells so far. */
  done(name: string): RawColumn {
    const { length, codes, decimals } = this;
    if (!codes) {
      // A table is copied a column at a time, and so never there twice.
      this.values = cut(this.values, length);
      return { kind: 'number', name, values: this.values, ...(decimals ? { decimals } : {}) };
    }
    const written = [...this.known.keys()];
    // Python writes True, R writes TRUE, JSON writes true.
    const levels = written.every((level) => BOOLEAN.test(level))
      ? written.map((level) => level.toLowerCase())
      : written;
    const different = [...new Set(levels)];
    const merged = cut(codes, length);
    if (different.length < levels.length)
      merged.forEach((code, i) => {
        if (code >= 0) merged[i] = different.indexOf(levels[code]!);
      });
    return { kind: 'text', name, levels: different, codes: merged };
  }
}

/** The same text, which does not keep the piece of a file that it is from. */
const copied = (text: string): string =>
  text.length < SLICED ? text : Buffer.from(text, 'utf16le').toString('utf16le');

/** From this length on V8 cuts a text by reference. */
const SLICED = 13;

/** The values that there are, without the room behind them. */
const cut = <T extends Float64Array | Int32Array>(values: T, length: number): T =>
  length === values.length ? values : (values.slice(0, length) as T);

function grown<T extends Float64Array | Int32Array>(values: T, Kind: new (length: number) => T): T {
  const larger = new Kind(Math.max(256, 2 * values.length));
  larger.set(values);
  return larger;
}

/** 2026-11-22, or with the time where it is not midnight. */
const isoText = (date: Date): string => date.toISOString().replace(/T00:00:00\.000Z$/, '');
