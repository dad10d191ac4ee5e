import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { RawTable } from '../data/rawTable.ts';
import { readTable } from '../data/readTable.ts';
import { shippedFile } from '../data/shippedSets.ts';
import { oneLine, UserError } from '../errors.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';

/** From how many bytes on reading takes long enough for a bar. */
const LARGE = 1e7;

/**
 * Reads a table from a file as {@link readTable} does, with a bar where the file is large.
 * @throws UserError as it does, and for a file of the examples where the package is installed elsewhere, saying where that is
 */
export async function readTableFile(path: string): Promise<RawTable> {
  const shipped = existsSync(path) ? undefined : shippedFile(path);
  if (shipped !== undefined)
    throw new UserError(
      oneLine(
        `cannot read ${JSON.stringify(path)}: there is no such file; the one of the examples is ${JSON.stringify(relative('', shipped))}`,
      ),
    );
  let bar: ProgressBar | undefined;
  const onProgress = (read: number, total: number): void => {
    if (total < LARGE) return;
    bar ??= progressBar(total, 'reading');
    bar.update(read, `${megabytes(read)} of ${megabytes(total)} MB`);
  };
  try {
    return await readTable(path, { onProgress });
  } finally {
    bar?.stop();
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
