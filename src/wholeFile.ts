import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from './errors.ts';

/**
 * Writes a file whole or not at all: the content goes beside it first, reaches the disk, and is then renamed into its
 * place. Whatever stops it, the file holds either its old content or all of the new one.
 * @throws UserError naming the file when it cannot be written
 */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const unfinished = unfinishedName(path);
  naming('write', path, () => {
    try {
      const file = openSync(unfinished, 'w');
      try {
        writeFileSync(file, content);
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
}

/** Where the content of `path` is gathered before it takes its place. */
export const unfinishedName = (path: string): string => `${path}.${process.pid}.part`;

/** Does `work`, turning an error of the file system into a UserError that names the file and what was wanted of it. */
export function naming<T>(verb: 'read' | 'write' | 'create', path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      throw new UserError(`cannot ${verb} ${JSON.stringify(path)}: ${error.message}`);
    throw error;
  }
}
