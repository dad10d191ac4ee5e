import type { Runtime } from '../runtime/index.ts';
import type { Cell } from './cell.ts';
import { runCells } from './cellPool.ts';
import { cellSeconds } from './cellSeconds.ts';
import { openResultStore, type ResultStore } from './resultStore.ts';

export interface RunOptions {
  /** Folder of the rows; created when missing. */
  readonly out: string;
  /** Name of the file of rows in it. Default cells.jsonl. */
  readonly file?: string;
  /** Further files whose rows count as done. */
  readonly others?: readonly string[];
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
  /** Numbers of damaged lines that were set aside; their cells are among the missing. */
  readonly damaged: readonly number[];
}

/** A cell that could not be simulated. */
export interface FailedCell {
  readonly cell: Cell;
  readonly reason: string;
}

/** What is done so far, in cells and in estimated seconds. */
export interface RunProgress {
  readonly cells: number;
  readonly estimatedSeconds: number;
}

/** Runs the cells that the folder does not hold yet, and keeps each as it finishes. */
export async function runMissing(
  cells: readonly Cell[],
  { out, file, others, runtime, workers, version, onStart, onCell }: RunOptions,
): Promise<{ store: ResultStore; seconds: number; failed: readonly FailedCell[] }> {
  const store = openResultStore(out, {
    version,
    device: runtime.device,
    ...(file && { file }),
    ...(others && { others }),
  });
  const missing = cells.filter((cell) => !store.has(cell));
  const estimatedSeconds = missing.reduce((sum, cell) => sum + cellSeconds(cell), 0);
  onStart?.({ runtime, workers, cells: missing.length, estimatedSeconds, damaged: store.damaged });
  const failed: FailedCell[] = [];
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
    onFailure: (cell, reason) => failed.push({ cell, reason }),
  });
  return { store, seconds: (performance.now() - start) / 1000, failed };
}

/** One line for people: how many cells failed, and the first of them with its reason. */
export const failureLine = (failed: readonly FailedCell[]): string => {
  const { cell, reason } = failed[0]!;
  return `${failed.length} cells cannot be simulated; the first is ${JSON.stringify(cell)}: ${reason}`;
};
