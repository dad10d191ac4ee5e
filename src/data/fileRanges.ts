import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { naming } from '../wholeFile.ts';
import { PIECE } from './filePieces.ts';

/** Parts of a file, of which only those that are asked for are read. */
export interface FileRanges {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
}

/** The parts of a file; null where there is none, and for pipes, which are read once. */
export function fileRanges(path: string): FileRanges | null {
  const found = naming('read', path, () => statSync(path, { throwIfNoEntry: false }));
  if (!found?.isFile()) return null;
  const byteLength = found.size;
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

/** The parts of what is in memory already. */
export const rangesOfBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): FileRanges => ({
  byteLength,
  slice: (start, end = byteLength) =>
    (buffer as ArrayBuffer).slice(byteOffset + start, byteOffset + Math.min(end, byteLength)),
});

/** One part, in pieces. */
export function* piecesOf(ranges: FileRanges, start: number, end: number): Generator<Uint8Array> {
  for (let from = start; from < end; from += PIECE)
    yield new Uint8Array(ranges.slice(from, Math.min(from + PIECE, end)));
}
