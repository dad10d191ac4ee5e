import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { oneLine, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';

/** Bytes of a file that are in memory at a time. */
const PIECE = 1 << 20;

/** Told after each piece of a file: how many of its bytes were read, and how many it has. */
export type ReadProgress = (read: number, total: number) => void;

/**
 * The content of a file, or of a pipe, in pieces; one that is compressed with gzip is unpacked on the way.
 * @throws UserError naming the file where it cannot be read, or is damaged
 */
export async function* filePieces(path: string, onProgress: ReadProgress): AsyncGenerator<Uint8Array> {
  const { pieces, isPacked } = opened(path, onProgress);
  if (!isPacked)
    for (const piece of pieces) {
      yield piece;
      // Progress is drawn, and signals arrive, between two pieces.
      await setImmediate();
    }
  else {
    let unread: unknown;
    async function* packed(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces;
      } catch (error) {
        unread = error;
        throw error;
      }
    }
    const unpacked = createGunzip({ chunkSize: PIECE });
    // What goes wrong comes out of the loop below.
    pipeline(Readable.from(packed()), unpacked, () => {});
    const reader = unpacked[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await reader.next().catch(() => {
          throw unread ?? damaged(path);
        });
        if (next.done) return;
        yield next.value as Uint8Array;
      }
    } finally {
      unpacked.destroy();
    }
  }
}

/** The same at once; a file that is compressed is then unpacked as a whole. */
export function* filePiecesSync(path: string): Generator<Uint8Array> {
  const { pieces, isPacked } = opened(path, () => {});
  if (!isPacked) return yield* pieces;
  const unpacked = unpackedOf(Buffer.concat([...pieces]), path);
  for (let from = 0; from < unpacked.length; from += PIECE) yield unpacked.subarray(from, from + PIECE);
}

function unpackedOf(packed: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(packed);
  } catch {
    throw damaged(path);
  }
}

const damaged = (path: string): UserError =>
  new UserError(oneLine(`${JSON.stringify(path)} is compressed with gzip, and damaged`));

/** The bytes as they are in the file, the first piece of which tells whether they are compressed. */
function opened(
  path: string,
  onProgress: ReadProgress,
): { pieces: Generator<Uint8Array>; isPacked: boolean } {
  const rest = bytesOf(path, onProgress);
  const first = rest.next();
  function* pieces(): Generator<Uint8Array> {
    try {
      if (!first.done) yield first.value;
      yield* rest;
    } finally {
      rest.return(undefined);
    }
  }
  const isPacked = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  return { pieces: pieces(), isPacked };
}

function* bytesOf(path: string, onProgress: ReadProgress): Generator<Uint8Array> {
  const file = naming('read', path, () => openSync(path, 'r'));
  try {
    const total = fstatSync(file).size;
    let done = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE);
      const size = naming('read', path, () => filled(file, piece));
      if (size === 0) return;
      done += size;
      yield piece.subarray(0, size);
      // A pipe has no size.
      if (total > 0) onProgress(Math.min(done, total), total);
    }
  } finally {
    closeSync(file);
  }
}

/** Parts of a file, of which only those that are asked for are read. */
export interface FileRanges {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
}

/** The parts of a file that begins with these bytes; null for other files, and for pipes, which are read once. */
export function fileRanges(path: string, magic: readonly number[]): FileRanges | null {
  const found = naming('read', path, () => statSync(path, { throwIfNoEntry: false }));
  if (!found?.isFile()) return null;
  const ranges = rangesOf(path);
  const start = new Uint8Array(ranges.slice(0, magic.length));
  return start.length === magic.length && magic.every((byte, k) => start[k] === byte) ? ranges : null;
}

function rangesOf(path: string): FileRanges {
  const byteLength = statSync(path).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      const file = naming('read', path, () => openSync(path, 'r'));
      try {
        const part = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
        naming('read', path, () => readSync(file, part, 0, part.length, start));
        return part.buffer;
      } finally {
        closeSync(file);
      }
    },
  };
}

/** Fills a piece, as a pipe gives a little at a time; how much of it the file had. */
function filled(file: number, piece: Uint8Array): number {
  let size = 0;
  while (size < piece.length) {
    const read = readSync(file, piece, size, piece.length - size, null);
    if (read === 0) break;
    size += read;
  }
  return size;
}
