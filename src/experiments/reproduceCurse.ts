import { join } from 'node:path';
import type { DeviceChoice, Runtime } from '../runtime/index.ts';
import { loadRuntime } from '../runtime/index.ts';
import { type Cell, cellCost } from './cell.ts';
import { runCells } from './cellPool.ts';
import { type CursePoint, type CurseSettings, checkCurse, curseCells, cursePoints } from './figures/curse.ts';
import { drawCurse } from './figures/curseDrawing.ts';
import { openResultStore, writeWhole } from './resultStore.ts';

export interface ReproduceOptions {
  readonly settings: CurseSettings;
  /** Folder for the rows and the pictures; created when missing. */
  readonly out: string;
  readonly device: DeviceChoice;
  /** Worker processes. */
  readonly workers: number;
  /** Version of this package, kept with every row. */
  readonly version: string;
  readonly onStart?: (start: { runtime: Runtime; cells: number; cost: number; workers: number }) => void;
  /** After each cell: how many are done and their summed cost. */
  readonly onCell?: (done: { cells: number; cost: number }) => void;
}

export interface Reproduction {
  readonly settings: CurseSettings;
  readonly runtime: Runtime;
  readonly points: readonly CursePoint[];
  /** Paths of what was written. */
  readonly files: {
    readonly rows: string;
    readonly svg: string;
    readonly png: string;
    readonly json: string;
  };
  /** Wall-clock time of the simulation, without cells that were finished before. */
  readonly seconds: number;
}

/**
 * Draws the curse: runs the cells that `out` does not hold yet, sets them beside theory and writes rows, picture and
 * numbers. Interrupted at any moment, the same call goes on from the last finished cell.
 * @throws InvalidArgumentError for settings out of range, UserError for a folder that cannot be written
 */
export async function reproduceCurse(options: ReproduceOptions): Promise<Reproduction> {
  const settings = checkCurse(options.settings);
  const cells = curseCells(settings);
  const store = openResultStore(options.out, options.version);
  const runtime = await loadRuntime(options.device);
  const missing = cells.filter((cell) => !store.find(cell, runtime.device));

  const start = performance.now();
  const done = { cells: 0, cost: 0 };
  const cost = missing.reduce((sum, cell) => sum + cellCost(cell), 0);
  options.onStart?.({ runtime, cells: missing.length, cost, workers: options.workers });
  await runCells(missing, {
    device: runtime.device,
    workers: options.workers,
    onReport(cell, report) {
      store.add({ cell, version: options.version, ...report });
      done.cells++;
      done.cost += cellCost(cell);
      options.onCell?.({ ...done });
    },
  });
  const seconds = (performance.now() - start) / 1000;

  const resultOf = (cell: Cell) => store.find(cell, runtime.device)!.result;
  const points = cursePoints(settings, resultOf);
  const path = (name: string): string => join(options.out, name);
  const files = {
    rows: path('cells.jsonl'),
    svg: path('curse.svg'),
    png: path('curse.png'),
    json: path('curse.json'),
  };
  const { svg, png, caption } = drawCurse(settings, points, runtime);
  writeWhole(files.svg, svg);
  writeWhole(files.png, png);
  writeWhole(path('curse.txt'), `${caption}\n`);
  writeWhole(
    files.json,
    `${JSON.stringify({ settings, version: options.version, runtime, points }, null, 2)}\n`,
  );
  return { settings, runtime, points, files, seconds };
}
