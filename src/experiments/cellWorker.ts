/** The module that each worker process runs: it starts the engine it is told to, once, and then takes cells. */
import { type DeviceChoice, loadRuntime, type Runtime } from '../runtime/index.ts';
import type { Cell } from './cell.ts';
import { type CellResult, runCell } from './runCell.ts';

export interface CellTask {
  readonly cell: Cell;
  readonly device: DeviceChoice;
}

export interface CellReport {
  readonly result: CellResult;
  readonly runtime: Runtime;
  readonly seconds: number;
}

export default async function work({ cell, device }: CellTask): Promise<CellReport> {
  const runtime = await loadRuntime(device);
  const start = performance.now();
  const result = await runCell(cell);
  return { result, runtime, seconds: (performance.now() - start) / 1000 };
}
