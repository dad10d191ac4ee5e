import { existsSync } from 'node:fs';
import type { RawTable } from '../data/rawTable.ts';
import { readTable } from '../data/readTable.ts';
import { shippedFile } from '../data/shippedSets.ts';
import { notice } from './notices.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';

/** From how many bytes on reading takes long enough for a bar. */
const LARGE = 1e7;

/**
 * Reads a table from a file as {@link readTable} does, with a bar where the file is large.
 * A file of the examples that is not there is that of the package.
 * @throws UserError as it does
 */
export async function readTableFile(path: string): Promise<RawTable> {
  const shipped = existsSync(path) ? undefined : shippedFile(path);
  if (shipped !== undefined) notice(`${path} is not there: that of the package is read`);
  let bar: ProgressBar | undefined;
  const onProgress = (read: number, total: number): void => {
    if (total < LARGE) return;
    bar ??= progressBar(total, 'reading');
    bar.update(read, `${megabytes(read)} of ${megabytes(total)} MB`);
  };
  try {
    return await readTable(shipped ?? path, { onProgress });
  } finally {
    bar?.stop();
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
