import type { Device } from '../../runtime/index.ts';
import type { Cell } from '../cell.ts';
import { cellSeconds } from '../cellSeconds.ts';
import type { CellFailure, CellReport, CellTask } from './cellWorker.ts';
import { runInWorkers } from './workerPool.ts';

export interface CellPoolOptions {
  readonly device: Device;
  /** Processes, each with an engine of its own. */
  readonly workers: number;
  /** Called on the main thread as each cell finishes, in the order of finishing. */
  readonly onReport: (cell: Cell, report: CellReport) => void;
  /** Called when a worker process ended in the middle of a cell, which runs again; `how` is a signal or an exit code. */
  readonly onRetry?: (cell: Cell, how: string) => void;
  /** Called for a cell that cannot be simulated; the others go on. */
  readonly onFailure: (cell: Cell, reason: string) => void;
}

/**
 * Runs cells in worker processes, the most expensive first. Results do not depend on the number of workers or on the
 * order, since every cell names its own random streams.
 */
export async function runCells(cells: readonly Cell[], options: CellPoolOptions): Promise<void> {
  const { device, workers, onReport, onRetry, onFailure } = options;
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const ordered = [...cells].sort((a, b) => cellSeconds(b) - cellSeconds(a));
  await runInWorkers<CellTask, CellReport | CellFailure>(
    ordered.map((cell) => ({ cell, device })),
    {
      module: new URL(`./cellWorker${extension}`, import.meta.url),
      workers,
      // There is a process for each core; threads of its engine, collector and compiler would compete for the same cores.
      execArgv: [...process.execArgv, '--single-threaded'],
      env: {
        ...process.env,
        TF_NUM_INTRAOP_THREADS: '1',
        TF_NUM_INTEROP_THREADS: '1',
        OMP_NUM_THREADS: '1',
      },
      onReport({ cell }, outcome) {
        if ('failure' in outcome) onFailure(cell, outcome.failure);
        else onReport(cell, outcome);
      },
      onRetry: ({ cell }, how) => onRetry?.(cell, how),
      onLost: ({ cell }, how) =>
        onFailure(
          cell,
          `two worker processes ended in the middle of it (${how}), perhaps for want of memory`,
        ),
    },
  );
}
