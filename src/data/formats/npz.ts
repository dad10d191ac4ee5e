import { setImmediate } from 'node:timers/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { oneLine, UserError } from '../../errors.ts';
import { PIECE, type ReadProgress, unpackedPieces } from '../filePieces.ts';
import { type FileRanges, piecesOf } from '../fileRanges.ts';
import type { RawTable } from '../rawTable.ts';
import { type ArrayColumns, NpyArray, tableOfArrays } from './npy.ts';

/**
 * Reads the arrays in an archive of NumPy (.npz), one after the other and each in pieces. They must have as many rows each: an
 * array `y` of one axis becomes the column y, an array `X` of two axes the columns X0, X1, ...
 * @param file as messages name it
 * @throws UserError naming the file, and the kind of an array that is no table of numbers or text; for arrays of different lengths
 */
export async function npzTable(
  content: FileRanges,
  file: string,
  onProgress: ReadProgress,
): Promise<RawTable> {
  const arrays: [string, ArrayColumns][] = [];
  for (const entry of arraysIn(content, file)) {
    const { name, start, end, isDeflated } = entry;
    const array = arrayOf(entry, file);
    const packed = piecesOf(content, start, end);
    const pieces = isDeflated
      ? unpackedPieces(packed, createInflateRaw({ chunkSize: PIECE }), () => damaged(file))
      : packed;
    for await (const piece of pieces) {
      array.push(piece);
      // Progress is drawn, and signals arrive, between two pieces.
      await setImmediate();
    }
    onProgress(end, content.byteLength);
    arrays.push([name, array.done()]);
  }
  return tableOfArrays(arrays, file, false);
}

/** The same at once; an array that is compressed is then unpacked as a whole. */
export function npzTableSync(content: FileRanges, file: string): RawTable {
  const arrays = arraysIn(content, file).map((entry): [string, ArrayColumns] => {
    const { name, start, end, isDeflated } = entry;
    const array = arrayOf(entry, file);
    if (isDeflated) array.push(unpacked(content.slice(start, end), file));
    else for (const piece of piecesOf(content, start, end)) array.push(piece);
    return [name, array.done()];
  });
  return tableOfArrays(arrays, file, false);
}

function unpacked(packed: ArrayBuffer, file: string): Uint8Array {
  try {
    return inflateRawSync(packed);
  } catch {
    throw damaged(file);
  }
}

const damaged = (file: string): UserError => new UserError(oneLine(`${file} is a damaged zip archive`));

const arrayOf = ({ name, size }: Entry, file: string): NpyArray =>
  new NpyArray(`the array ${JSON.stringify(name)} of ${file}`, size);

/** A file of an archive, and where it is. */
interface Entry {
  /** Without the ending .npy. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly isDeflated: boolean;
  /** Bytes that are in it, unpacked. */
  readonly size: number;
}

/** The longest that the end record of an archive is, with its comment. */
const END_RECORD = 22 + 0xffff;

/** The arrays of a zip archive, stored or deflated, by its central directory (PKWARE APPNOTE 4.3). */
function arraysIn(content: FileRanges, file: string): Entry[] {
  const fail = (what: string): never => {
    throw new UserError(oneLine(`${file} ${what}`));
  };
  const last = new DataView(content.slice(Math.max(0, content.byteLength - END_RECORD)));
  let end = last.byteLength - 22;
  while (end >= 0 && last.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return fail('is a zip archive that is cut short');
  const count = last.getUint16(end + 10, true);
  const begin = last.getUint32(end + 16, true);
  const directory = Buffer.from(content.slice(begin, content.byteLength - last.byteLength + end));
  const found: Entry[] = [];
  for (let k = 0, at = 0; k < count; k++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw damaged(file);
    const method = directory.readUInt16LE(at + 10);
    const short = (offset: number): number => directory.readUInt16LE(at + offset);
    const long = (offset: number): number => directory.readUInt32LE(at + offset);
    const [packed, size, local] = [long(20), long(24), long(42)];
    const [nameLength, extra, comment] = [short(28), short(30), short(32)];
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extra + comment;
    if (!name.endsWith('.npy')) continue;
    if ([packed, size, local].includes(0xffffffff))
      fail('is larger than 4 GB: save its arrays as .npy files');
    if (method !== 0 && method !== 8) fail(`is a zip archive of a kind that is not read (method ${method})`);
    const header = new DataView(content.slice(local, local + 30));
    if (header.byteLength < 30) throw damaged(file);
    const start = local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
    const isDeflated = method === 8;
    found.push({ name: name.slice(0, -'.npy'.length), start, end: start + packed, isDeflated, size });
  }
  if (found.length === 0) fail('is a zip archive without .npy files');
  return found;
}
