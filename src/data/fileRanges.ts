import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { oneLine, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import { PIECE } from './filePieces.ts';

/** Bytes that the system is asked for at once: it gives less than 2 GB. */
const MOST = 2 ** 30;

/** Parts of a file, of which only those that are asked for are read. */
export interface FileRanges {
  readonly byteLength: number;
  /** A part in memory of its own. */
  slice(start: number, end?: number): ArrayBuffer;
  /** A part in memory that there is, as long as that. */
  fill(start: number, part: Uint8Array): void;
}

/** The parts of a file; null where there is none, and for pipes, which are read once. */
export function fileRanges(path: string): FileRanges | null {
  const found = naming('read', path, () => statSync(path, { throwIfNoEntry: false }));
  if (found?.isDirectory())
    throw new UserError(oneLine(`cannot read ${JSON.stringify(path)}: it is a folder`));
  if (!found?.isFile()) return null;
  const byteLength = found.size;
  const fill = (start: number, part: Uint8Array): void => {
    const file = naming('read', path, () => openSync(path, 'r'));
    try {
      for (let done = 0; done < part.length; ) {
        const length = Math.min(part.length - done, MOST);
        const read = naming('read', path, () => readSync(file, part, done, length, start + done));
        if (read === 0)
          throw new UserError(oneLine(`cannot read ${JSON.stringify(path)}: it has become shorter`));
        done += read;
      }
    } finally {
      closeSync(file);
    }
  };
  return {
    byteLength,
    fill,
    slice(start, end = byteLength) {
      const part = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
      fill(start, part);
      return part.buffer;
    },
  };
}

/** The parts of what is in memory already. */
export function rangesOfBytes({ buffer, byteOffset, byteLength }: Uint8Array): FileRanges {
  // No Buffer, whose slices share its memory.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return {
    byteLength,
    slice: (start, end) => bytes.slice(start, end).buffer as ArrayBuffer,
    fill(start, part) {
      part.set(bytes.subarray(start, start + part.length));
    },
  };
}

/** One part, in pieces, each of which is there until the next one is asked for. */
export function* piecesOf(ranges: FileRanges, start: number, end: number): Generator<Uint8Array> {
  const last = Math.min(end, ranges.byteLength);
  const room = new Uint8Array(Math.min(PIECE, Math.max(0, last - start)));
  for (let from = start; from < last; from += PIECE) {
    const piece = room.subarray(0, last - from);
    ranges.fill(from, piece);
    yield piece;
  }
}
