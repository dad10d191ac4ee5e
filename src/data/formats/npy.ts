import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';

/** Columns of a table from an array: two axes are rows and columns, one axis is a single column. */
export interface ArrayColumns {
  readonly rows: number;
  readonly axes: number;
  readonly columns: readonly ColumnBuilder[];
}

/** An array of NumPy (.npy) that comes in pieces, of which nothing is kept but the columns. */
export class NpyArray {
  private readonly file: string;
  private readonly size: number | null;
  private layout: Layout | null = null;
  private columns: ColumnBuilder[] = [];
  /** Values so far. */
  private count = 0;
  /** What is not a whole header, or a whole value, yet. */
  private rest: Uint8Array = new Uint8Array(0);

  /**
   * @param file as messages name it
   * @param size of all pieces together, in bytes; null where that is not known beforehand
   */
  constructor(file: string, size: number | null) {
    this.file = file;
    this.size = size;
  }

  /**
   * Takes the next piece, of which nothing is kept.
   * @throws UserError naming the file, and the kind of an array that is no table of numbers or text
   */
  push(piece: Uint8Array): void {
    let bytes = this.rest.length > 0 ? Buffer.concat([this.rest, piece]) : piece;
    if (!this.layout) {
      this.layout = layoutOf(bytes, this.file);
      if (this.layout) {
        this.begin(this.layout);
        bytes = bytes.subarray(this.layout.start);
      }
    }
    this.rest = this.layout ? this.take(bytes, this.layout) : bytes.slice();
  }

  /** The columns, after the last piece. @throws UserError for an array that is cut short */
  done(): ArrayColumns {
    const { layout, count, rest, columns, file } = this;
    if (!layout) throw new UserError(oneLine(`${file} is cut short`));
    if (count < layout.count) throw cutShort(file, count * layout.width + rest.length, layout);
    return { rows: layout.shape[0]!, axes: layout.shape.length, columns };
  }

  private begin(layout: Layout): void {
    const { count, width, start, shape } = layout;
    const { size, file } = this;
    if (size !== null && size - start < count * width) throw cutShort(file, size - start, layout);
    // Where the size is not known, what the header says is not known to be true.
    const rows = size === null ? undefined : shape[0];
    this.columns = Array.from({ length: shape[1] ?? 1 }, () => new ColumnBuilder(rows));
  }

  /** Adds the values that are whole. @returns what is left of the bytes */
  private take(bytes: Uint8Array, { count, width, shape, fortran, value }: Layout): Uint8Array {
    const { columns, count: first } = this;
    const rows = shape[0]!;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = width === 0 ? count : first + Math.floor(bytes.length / width);
    const end = Math.min(count, whole);
    for (let k = first, at = 0; k < end; k++, at += width)
      columns[fortran ? Math.floor(k / rows) : k % columns.length]!.add(value(view, at));
    this.count = end;
    return bytes.slice(end < count ? (end - first) * width : bytes.length);
  }
}

const cutShort = (file: string, bytes: number, { count, width }: Layout): UserError =>
  new UserError(oneLine(`${file} is cut short: ${bytes} bytes of values instead of ${count * width}`));

/**
 * The columns of arrays as a table: of the array `y` of one axis the column y, of `X` of two axes the columns X0, X1, ...
 * @param file as messages name it
 * @param isAlone whether there is one array without a name, whose columns are numbered in any case
 * @throws UserError naming the file, for arrays of different lengths
 */
export function tableOfArrays(
  arrays: readonly (readonly [string, ArrayColumns])[],
  file: string,
  isAlone: boolean,
): RawTable {
  const [first, { rows }] = arrays[0]!;
  const columns = arrays.flatMap(([name, array]) => {
    if (array.rows !== rows)
      throw new UserError(
        oneLine(`${file} has arrays of different lengths: ${first} ${rows}, ${name} ${array.rows}`),
      );
    return array.columns.map(
      (column, j): RawColumn => column.done(array.axes === 1 && !isAlone ? name : `${name}${j}`),
    );
  });
  return { file, rows, columns };
}

/** Readers of one value, by the letter of its kind and its bytes. Numbers are little-endian unless said otherwise. */
const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => unknown>> = {
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => view.getBigInt64(at, little),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => view.getBigUint64(at, little),
  b1: (view, at) => view.getUint8(at) !== 0,
};

/** A number in 16 bits (IEEE 754). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Where the values of an array are, and how to read one. */
interface Layout {
  readonly shape: readonly number[];
  /** Whether the values of a column follow one another, otherwise those of a row. */
  readonly fortran: boolean;
  /** Values in all, and bytes of each. */
  readonly count: number;
  readonly width: number;
  /** Bytes before the first. */
  readonly start: number;
  readonly value: (view: DataView, at: number) => unknown;
}

/** Bytes that a header has at most: those of tables have a hundred. */
const LONGEST_HEADER = 1 << 16;

/**
 * Version 1 to 3 of NumPy's format: magic, version, length of the header, the header as a Python dict, the values.
 * @returns null where the bytes do not have all of the header
 */
function layoutOf(bytes: Uint8Array, file: string): Layout | null {
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  if (bytes.length < 12) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! > 1;
  const start = wide ? 12 : 10;
  const size = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (size > LONGEST_HEADER) return fail('has a header that is damaged');
  if (bytes.length < start + size) return null;
  const header = Buffer.from(bytes.subarray(start, start + size)).toString('utf8');
  const [, order, kind, digits] = /'descr':\s*'([<>|=])([a-zA-Z])(\d*)(?:\[\w*\])?'/.exec(header) ?? [];
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  if (!kind)
    return fail(
      'is no array of numbers or text, but of records: save its columns with numpy.savez(FILE, name=column, ...)',
    );
  if (kind === 'O')
    fail('is an array of Python objects: convert it with .astype(float) or .astype(str) first');
  const width = kind === 'U' ? 4 * Number(digits) : Number(digits);
  const reader = READERS[`${kind}${digits}`];
  if (!reader && kind !== 'U' && kind !== 'S')
    fail(`is an array of NumPy's type ${kind}${digits}, no numbers or text`);
  if (shape.length !== 1 && shape.length !== 2)
    fail(`has ${shape.length} axes (${shape.join(' x ')}): a table has two, or one for a single column`);
  if (!shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)) fail('has a header that is damaged');
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (count === 0) fail('has no rows');
  const little = order !== '>';
  return {
    ...{ shape, count, width, start: start + size },
    fortran: /'fortran_order':\s*True/.test(header) && shape.length === 2,
    value: reader
      ? (values, at) => reader(values, at, little)
      : kind === 'U'
        ? (values, at) => codePoints(values, at, width, little)
        : (values, at) => latin(values, at, width),
  };
}

function codePoints(view: DataView, at: number, width: number, little: boolean): string {
  let text = '';
  for (let k = 0; k < width; k += 4) {
    const point = view.getUint32(at + k, little);
    if (point === 0) break;
    text += String.fromCodePoint(Math.min(point, 0x10ffff));
  }
  return text;
}

const latin = ({ buffer, byteOffset }: DataView, at: number, width: number): string =>
  Buffer.from(buffer, byteOffset + at, width)
    .toString('latin1')
    .replace(/\0.*$/s, '');

/** An array of float64 in NumPy's format, version 1.0: the values in C order, little-endian. */
export function npyBytes(values: Float64Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  // The values begin at a multiple of 64 bytes.
  const size = 64 * Math.ceil((11 + text.length) / 64) - 10;
  const bytes = Buffer.alloc(10 + size + 8 * values.length);
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(size, 8);
  bytes.write(`${text.padEnd(size - 1)}\n`, 10);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 10 + size + 8 * i);
  });
  return bytes;
}
