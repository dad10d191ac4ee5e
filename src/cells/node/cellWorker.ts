/** The module that each worker process runs: it starts the engine it is told to, once, and then takes cells. */

import { digitsBelowFive } from '../../data/shippedSets.ts';
import { messageOf } from '../../errors.ts';
import { linearAlgebra } from '../../exact/index.ts';
import { type DeviceChoice, loadRuntime, type Runtime } from '../../runtime/index.ts';
import type { Cell } from '../cell.ts';
import type { CellResult } from '../cellResult.ts';
import { runCell } from '../runCell.ts';
import { streamKey } from './cellKey.ts';
import { serve } from './workerProcess.ts';

export interface CellTask {
  readonly cell: Cell;
  readonly device: DeviceChoice;
}

export interface CellReport {
  readonly result: CellResult;
  readonly runtime: Runtime;
  /** What the exact solvers multiplied with: their last digits depend on it. */
  readonly algebra: string;
  readonly seconds: number;
}

/** A cell that could not be simulated, and why; an error itself would lose its class on the way between processes. */
export interface CellFailure {
  readonly failure: string;
}

serve(async ({ cell, device }: CellTask): Promise<CellReport | CellFailure> => {
  const runtime = await loadRuntime(device);
  const start = performance.now();
  try {
    const result = await runCell(cell, { streams: streamKey(cell), digits: digitsBelowFive });
    return { result, runtime, algebra: linearAlgebra().name, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    return { failure: messageOf(error) };
  }
});
