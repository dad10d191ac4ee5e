import type { RawTable } from '../data/rawTable.ts';
import { readTable } from '../data/readTable.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';

/** From how many bytes on reading takes long enough for a bar. */
const LARGE = 1e7;

/** Reads a table from a file as {@link readTable} does, with a bar where the file is large. */
export async function readTableFile(path: string): Promise<RawTable> {
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
