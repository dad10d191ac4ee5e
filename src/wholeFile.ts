import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { checkPlainText, oneLine, UserError } from './errors.ts';

/**
 * Writes a file whole or not at all: the content goes beside it first, reaches the disk, and is then renamed into its
 * place. Whatever stops it, the file holds either its old content or all of the new one.
 * @throws UserError naming the file when it cannot be written
 */
export const writeWholeFile = (path: string, content: string | Uint8Array): void => {
  writeWholePieces(path, [content]);
};

/** The same from pieces, of which only one is in memory at a time. Returns their number. */
export function writeWholePieces(path: string, pieces: Iterable<string | Uint8Array>): number {
  let count = 0;
  const unfinished = unfinishedName(path);
  naming('write', path, () => {
    try {
      const file = openSync(unfinished, 'w');
      try {
        for (const piece of pieces) {
          writeFileSync(file, piece);
          count++;
        }
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  });
  return count;
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

/**
 * Makes a folder and those above it, one by one: Node's own recursive mkdir never returns below a folder such as /proc,
 * where nothing can be made.
 * @throws UserError naming the folder that cannot be made
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  naming('create', path, () => {
    for (const folder of missing) if (!existsSync(folder)) mkdirSync(folder);
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('it is no folder'), { code: 'ENOTDIR' });
  });
}

/** Where the content of `path` is gathered before it takes its place. */
export const unfinishedName = (path: string): string => `${path}.${process.pid}.part`;

/** Does `work`, turning an error of the file system into a UserError that names the file and what was wanted of it. */
export function naming<T>(verb: 'read' | 'write' | 'create', path: string, work: () => T): T {
  checkPlainText('path', path);
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      const why =
        error.code === 'ENOENT' ? MISSING[verb] : error.code === 'EISDIR' ? 'it is a folder' : error.message;
      throw new UserError(oneLine(`cannot ${verb} ${JSON.stringify(path)}: ${why}`));
    }
    throw error;
  }
}

/** What is not there. */
const MISSING = {
  read: 'there is no such file',
  write: 'there is no such folder',
  create: 'there is no such folder',
} as const;
