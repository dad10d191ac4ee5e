import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { oneLine, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';

/** Bytes of a file that are in memory at a time. */
export const PIECE = 1 << 20;

/** Told after each piece of a file: how many of its bytes were read, and how many it has. */
export type ReadProgress = (read: number, total: number) => void;

/**
 * The content of a file, or of a pipe, in pieces, each of which is there until the next one is asked for; one that is compressed
 * with gzip is unpacked on the way.
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
  else yield* unpackedPieces(pieces, createGunzip({ chunkSize: PIECE }), (error) => damaged(path, error));
}

/**
 * What is in compressed pieces, itself in pieces.
 * @param unpacker takes what is compressed, and gives what was
 * @param damaged what is thrown where that cannot be unpacked; an error of reading is thrown as it is
 */
export async function* unpackedPieces(
  pieces: Iterable<Uint8Array>,
  unpacker: Duplex,
  damaged: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  let unread: unknown;
  function* packed(): Generator<Uint8Array> {
    try {
      // They are read ahead.
      for (const piece of pieces) yield piece.slice();
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  // What goes wrong comes out of the loop below.
  pipeline(Readable.from(packed(), { highWaterMark: 1 }), unpacker, () => {});
  const reader = unpacker[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await reader.next().catch((error: unknown) => {
        throw unread ?? damaged(error);
      });
      if (next.done) return;
      yield next.value as Uint8Array;
    }
  } finally {
    unpacker.destroy();
  }
}

/** The same at once; a file that is compressed is then unpacked as a whole. */
export function* filePiecesSync(path: string): Generator<Uint8Array> {
  const { pieces, isPacked } = opened(path, () => {});
  if (!isPacked) return yield* pieces;
  const unpacked = unpackedOf(Buffer.concat(Array.from(pieces, (piece) => piece.slice())), path);
  for (let from = 0; from < unpacked.length; from += PIECE) yield unpacked.subarray(from, from + PIECE);
}

function unpackedOf(packed: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(packed);
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): UserError {
  const isCut = (error as { code?: unknown }).code === 'Z_BUF_ERROR';
  return new UserError(
    oneLine(`${JSON.stringify(path)} is compressed with gzip, and ${isCut ? 'cut short' : 'damaged'}`),
  );
}

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
    const piece = new Uint8Array(PIECE);
    for (;;) {
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
