import { inflateRawSync } from 'node:zlib';
import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawColumn, RawTable } from '../rawTable.ts';

/**
 * Reads an array of NumPy (.npy): of two axes, with columns x0, x1, ..., or of one axis, the column x0.
 * @param file as messages name it
 * @throws UserError naming the file, and the kind of an array that is no table of numbers or text
 */
export const npyTable = (bytes: Uint8Array, file: string): RawTable =>
  tableOfArrays([['x', arrayOf(bytes, file)]], file, false);

/**
 * Reads the arrays in an archive of NumPy (.npz), which must have as many rows each: an array `y` of one axis becomes the
 * column y, an array `X` of two axes the columns X0, X1, ...
 * @param file as messages name it
 * @throws UserError as {@link npyTable} does, and for arrays of different lengths
 */
export function npzTable(bytes: Uint8Array, file: string): RawTable {
  const arrays = unzipped(bytes, file)
    .filter(([name]) => name.endsWith('.npy'))
    .map(([name, content]): [string, NumpyArray] => {
      const plain = name.slice(0, -'.npy'.length);
      return [plain, arrayOf(content, `the array ${JSON.stringify(plain)} of ${file}`)];
    });
  if (arrays.length === 0) throw new UserError(`${file} is a zip archive without .npy files`);
  return tableOfArrays(arrays, file, true);
}

interface NumpyArray {
  readonly shape: readonly number[];
  /** The value at an index in C order. */
  readonly at: (index: number) => unknown;
}

function tableOfArrays(
  arrays: readonly (readonly [string, NumpyArray])[],
  file: string,
  plainNames: boolean,
): RawTable {
  const rows = arrays[0]![1].shape[0]!;
  const columns = arrays.flatMap(([name, { shape, at }]) => {
    if (shape[0] !== rows)
      throw new UserError(
        oneLine(`${file} has arrays of different lengths: ${arrays[0]![0]} ${rows}, ${name} ${shape[0]}`),
      );
    const width = shape[1] ?? 1;
    return Array.from({ length: width }, (_, j): RawColumn => {
      const builder = new ColumnBuilder();
      for (let i = 0; i < rows; i++) builder.add(at(i * width + j));
      return builder.done(shape.length === 1 && plainNames ? name : `${name}${j}`);
    });
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

/** Version 1 to 3 of NumPy's format: magic, version, length of the header, the header as a Python dict, the values. */
function arrayOf(bytes: Uint8Array, file: string): NumpyArray {
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) return fail('is cut short');
  const wide = bytes[6]! > 1;
  const start = wide ? 12 : 10;
  const size = wide ? view.getUint32(8, true) : view.getUint16(8, true);
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
  const content = start + size;
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (count === 0) fail('has no rows');
  if (bytes.length - content < count * width)
    fail(`is cut short: ${bytes.length - content} bytes of values instead of ${count * width}`);
  const little = order !== '>';
  const value = (index: number): unknown => {
    const at = content + index * width;
    if (reader) return reader(view, at, little);
    const text = kind === 'U' ? codePoints(view, at, width, little) : latin(bytes, at, width);
    return text;
  };
  const fortran = /'fortran_order':\s*True/.test(header) && shape.length === 2;
  const [rows, columns] = [shape[0]!, shape[1] ?? 1];
  return {
    shape,
    at: fortran ? (index) => value((index % columns) * rows + Math.floor(index / columns)) : value,
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

const latin = (bytes: Uint8Array, at: number, width: number): string =>
  Buffer.from(bytes.subarray(at, at + width))
    .toString('latin1')
    .replace(/\0.*$/s, '');

/** The files of a zip archive, stored or deflated, by its central directory (PKWARE APPNOTE 4.3). */
function unzipped(bytes: Uint8Array, file: string): [string, Uint8Array][] {
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return fail('is a zip archive that is cut short');
  const found: [string, Uint8Array][] = [];
  let at = view.getUint32(end + 16, true);
  for (let k = 0; k < view.getUint16(end + 10, true); k++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) fail('is a damaged zip archive');
    const method = view.getUint16(at + 10, true);
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const local = view.getUint32(at + 42, true);
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString('utf8');
    if (packed === 0xffffffff || size === 0xffffffff || local === 0xffffffff)
      fail('is larger than 4 GB: save its arrays as .npy files');
    if (local + 30 > bytes.length) fail('is a damaged zip archive');
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = bytes.subarray(start, start + packed);
    if (method !== 0 && method !== 8) fail(`is a zip archive of a kind that is not read (method ${method})`);
    try {
      found.push([name, method === 8 ? inflateRawSync(content) : content]);
    } catch {
      fail('is a damaged zip archive');
    }
    at += 46 + nameLength + extra + comment;
  }
  return found;
}

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
