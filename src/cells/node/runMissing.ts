import { basename, join } from 'node:path';
import type { Runtime } from '../../runtime/index.ts';
import { makeFolder } from '../../wholeFile.ts';
import type { Cell } from '../cell.ts';
import type { CellResult } from '../cellResult.ts';
import { cellSeconds, type Machine } from '../cellSeconds.ts';
import { cellKey } from './cellKey.ts';
import { type CellPoolOptions, runCells } from './cellPool.ts';
import { lockFile } from './fileLock.ts';
import { linesText, type ResultRow, type RowFaults, UNHASHED } from './resultRow.ts';
import { openResultStore, type ResultStore, type StoreOptions } from './resultStore.ts';

export interface RunOptions extends Omit<StoreOptions, 'device'>, Pick<CellPoolOptions, 'workers'> {
  /** Folder of the rows; created when missing. */
  readonly out: string;
  readonly runtime: Runtime;
  /** How fast one of them is, for estimates. Default that of `cellSeconds`. */
  readonly machine?: Machine;
  readonly onStart?: (start: RunStart) => void;
  readonly onCell?: (progress: RunProgress) => void;
  /** Lines for people: rows that are damaged, worker processes that were killed. */
  readonly onRemark?: (line: string) => void;
}

export interface RunStart {
  readonly runtime: Runtime;
  readonly workers: number;
  /** How many cells are missing, and which. */
  readonly cells: number;
  readonly missing: readonly Cell[];
  /** What they take on one core, roughly. */
  readonly estimatedSeconds: number;
  /** The rows that are there already. */
  readonly rows: () => Iterable<ResultRow>;
}

/** A cell that could not be simulated. */
export interface FailedCell {
  readonly cell: Cell;
  readonly reason: string;
}

/** What is done so far, in cells and in estimated seconds, and the cell that has just finished. */
export interface RunProgress {
  readonly cell: Cell;
  readonly result: CellResult;
  readonly cells: number;
  readonly estimatedSeconds: number;
}

/**
 * Runs the cells that the folder does not hold yet, and keeps each as it finishes.
 * @throws UserError when another run is writing the same file, or it cannot be written
 */
export async function runMissing(
  cells: readonly Cell[],
  options: RunOptions,
): Promise<{ store: ResultStore; seconds: number; failed: readonly FailedCell[] }> {
  const { out, file = 'cells.jsonl', others = [], runtime, workers, machine, version } = options;
  const { onStart, onCell, onRemark = () => {} } = options;
  makeFolder(out);
  const lock = await lockFile(join(out, file), { onWait: onRemark });
  try {
    const store = openResultStore(out, { version, device: runtime.device, file, others });
    for (const line of faultLines(store.faults, file)) onRemark(line);
    const missing = cells.filter((cell) => !store.has(cell));
    const estimatedSeconds = missing.reduce((sum, cell) => sum + cellSeconds(cell, machine), 0);
    onStart?.({ runtime, workers, cells: missing.length, missing, estimatedSeconds, rows: store.rows });
    const failed: FailedCell[] = [];
    const start = performance.now();
    const done = { cells: 0, estimatedSeconds: 0 };
    await runCells(missing, {
      device: runtime.device,
      workers,
      onReport(cell, report) {
        lock.check();
        store.add(cell, report);
        done.cells++;
        done.estimatedSeconds += cellSeconds(cell, machine);
        onCell?.({ ...done, cell, result: report.result });
      },
      onRetry: (cell, how) =>
        onRemark(`a worker process ended (${how}) in the middle of cell ${cellKey(cell)}, which runs again`),
      onFailure: (cell, reason) => failed.push({ cell, reason }),
    });
    return { store, seconds: (performance.now() - start) / 1000, failed };
  } finally {
    lock.release();
  }
}

/** What is wrong with the rows that were found, a line for each file with damage and one for rows without a hash. */
function faultLines(faults: readonly RowFaults[], own: string): string[] {
  const damage = faults
    .filter(({ damaged }) => damaged.length > 0)
    .map(({ path, damaged }) => {
      const aside = basename(path) === own ? `, set aside in ${own}.damaged` : '';
      return `${path}: ${linesText(damaged)} damaged${aside}; the cells run again`;
    });
  return faults.some(({ unhashed }) => unhashed > 0) ? [...damage, UNHASHED] : damage;
}

/** One line for people: how many cells failed, and the first of them with its reason. */
export const failureLine = (failed: readonly FailedCell[]): string => {
  const { cell, reason } = failed[0]!;
  const which =
    failed.length === 1
      ? '1 cell cannot be simulated,'
      : `${failed.length} cells cannot be simulated, the first`;
  return `${which} ${JSON.stringify(cell)}: ${reason.split('\n')[0]}`;
};
