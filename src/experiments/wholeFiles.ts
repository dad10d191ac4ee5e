import { closeSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../errors.ts';

/** Writes a file whole or not at all. @throws UserError when its folder cannot be written */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  writePieces(path, [content]);
};

/** The same from pieces, of which only one is in memory at a time. Returns their number. */
export function writePieces(path: string, pieces: Iterable<string | Uint8Array>): number {
  let count = 0;
  writable(dirname(path), () => {
    const unfinished = `${path}.${process.pid}.part`;
    const file = openSync(unfinished, 'w');
    try {
      for (const piece of pieces) {
        writeFileSync(file, piece);
        count++;
      }
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  });
  return count;
}

/** Runs `write`; an error of the file system becomes one line that names the folder. */
export function writable(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      throw new UserError(`cannot write to the output folder ${JSON.stringify(folder)}: ${error.message}`);
    throw error;
  }
}

/** The lines of a text file, a piece of the file in memory at a time. */
export function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const piece = Buffer.alloc(1 << 16);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      const lines = (rest + decoder.write(piece.subarray(0, read))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
