import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import type { Device } from '../runtime/index.ts';
import type { Cell } from './cell.ts';
import { cellSeconds } from './cellSeconds.ts';
import type { CellFailure, CellReport, CellTask } from './cellWorker.ts';

export interface CellPoolOptions {
  readonly device: Device;
  /** Processes, each with an engine of its own. */
  readonly workers: number;
  /** Called on the main thread as each cell finishes, in the order of finishing. */
  readonly onReport: (cell: Cell, report: CellReport) => void;
  /** Called for a cell that cannot be simulated; the others go on. */
  readonly onFailure: (cell: Cell, reason: string) => void;
}

/**
 * Runs cells in worker processes, the most expensive first. Results do not depend on the number of workers or on the
 * order, since every cell names its own random streams.
 */
export async function runCells(cells: readonly Cell[], options: CellPoolOptions): Promise<void> {
  const { device, workers, onReport, onFailure } = options;
  if (cells.length === 0 || workers === 0) return;
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const count = Math.min(workers, cells.length);
  const pool = new Tinypool({
    filename: fileURLToPath(new URL(`./cellWorker${extension}`, import.meta.url)),
    runtime: 'child_process',
    minThreads: count,
    maxThreads: count,
    // Cells fill the machine as processes; the threads of each one's engine, collector and compiler would only get in
    // each other's way.
    execArgv: [...process.execArgv, '--single-threaded'],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: '1' },
  });
  try {
    const order = [...cells].sort((a, b) => cellSeconds(b) - cellSeconds(a)).values();
    // Each runner keeps one worker busy; nothing queues up, however many cells there are.
    const runner = async (): Promise<void> => {
      for (const cell of order) {
        const task: CellTask = { cell, device };
        const outcome = (await pool.run(task)) as CellReport | CellFailure;
        if ('failure' in outcome) onFailure(cell, outcome.failure);
        else onReport(cell, outcome);
      }
    };
    await Promise.all(Array.from({ length: count }, runner));
  } finally {
    await pool.destroy();
  }
}
