import type { Runtime } from '../runtime/index.ts';
import { type Cell, cellSeconds } from './cell.ts';
import { runCells } from './cellPool.ts';
import { openResultStore, type ResultStore } from './resultStore.ts';

export interface RunOptions {
  /** Folder of the rows; created when missing. */
  readonly out: string;
  /** Name of the file of rows in it. Default cells.jsonl. */
  readonly file?: string;
  readonly runtime: Runtime;
  /** Worker processes. */
  readonly workers: number;
  /** Version of this package, kept with every row. */
  readonly version: string;
  readonly onStart?: (start: RunStart) => void;
  readonly onCell?: (progress: RunProgress) => void;
}

export interface RunStart {
  readonly runtime: Runtime;
  readonly workers: number;
  /** Cells that are missing. */
  readonly cells: number;
  /** What they take on one core, roughly. */
  readonly estimatedSeconds: number;
}

/** What is done so far, in cells and in estimated seconds. */
export interface RunProgress {
  readonly cells: number;
  readonly estimatedSeconds: number;
}

/** Runs the cells that the folder does not hold yet, and keeps each as it finishes. */
export async function runMissing(
  cells: readonly Cell[],
  { out, file, runtime, workers, version, onStart, onCell }: RunOptions,
): Promise<{ store: ResultStore; seconds: number }> {
  const store = openResultStore(out, { version, device: runtime.device, ...(file && { file }) });
  const missing = cells.filter((cell) => !store.has(cell));
  const estimatedSeconds = missing.reduce((sum, cell) => sum + cellSeconds(cell), 0);
  onStart?.({ runtime, workers, cells: missing.length, estimatedSeconds });
  const start = performance.now();
  const done = { cells: 0, estimatedSeconds: 0 };
  await runCells(missing, {
    device: runtime.device,
    workers,
    onReport(cell, report) {
      store.add(cell, report);
      done.cells++;
      done.estimatedSeconds += cellSeconds(cell);
      onCell?.({ ...done });
    },
  });
  return { store, seconds: (performance.now() - start) / 1000 };
}
