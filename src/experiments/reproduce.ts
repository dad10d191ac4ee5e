import { join } from 'node:path';
import { type DeviceChoice, loadRuntime, type Runtime } from '../runtime/index.ts';
import { type Cell, cellCost, cellKey } from './cell.ts';
import { runCells } from './cellPool.ts';
import type { Figure, FigureSettings, Verdict } from './figure.ts';
import { drawFigure } from './figureDrawing.ts';
import { figureCells, figurePoints, meanOver, type PanelPoints } from './figurePoints.ts';
import { checkSettings } from './figureSettings.ts';
import { openResultStore, writeWhole } from './resultStore.ts';

export interface ReproduceOptions {
  readonly figure: Figure;
  readonly settings: FigureSettings;
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
  readonly figure: string;
  readonly settings: FigureSettings;
  readonly runtime: Runtime;
  readonly panels: readonly { readonly title: string; readonly points: PanelPoints }[];
  readonly claims: readonly ({ readonly statement: string } & Verdict)[];
  /** Paths of what was written. */
  readonly files: Readonly<Record<'rows' | 'svg' | 'png' | 'caption' | 'json', string>>;
  /** Wall-clock time of the simulation, without cells that were finished before. */
  readonly seconds: number;
}

/**
 * Makes a figure: runs the cells that `out` does not hold yet, sets them beside theory, checks the figure's claims and
 * writes rows, picture, caption and numbers. Interrupted at any moment, the same call goes on from the last finished cell.
 * @throws InvalidArgumentError for settings out of range, UserError for a folder that cannot be written
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { figure, out, version, workers } = options;
  const settings = checkSettings(options.settings);
  const plan = figure.plan(settings);
  const cells = new Map(figureCells(plan).map((cell) => [cellKey(cell), cell]));
  const store = openResultStore(out, version);
  const runtime = await loadRuntime(options.device);
  const missing = [...cells.values()].filter((cell) => !store.find(cell, runtime.device));

  const start = performance.now();
  const done = { cells: 0, cost: 0 };
  const cost = missing.reduce((sum, cell) => sum + cellCost(cell), 0);
  options.onStart?.({ runtime, cells: missing.length, cost, workers });
  await runCells(missing, {
    device: runtime.device,
    workers,
    onReport(cell, report) {
      store.add({ cell, version, ...report });
      done.cells++;
      done.cost += cellCost(cell);
      options.onCell?.({ ...done });
    },
  });
  const seconds = (performance.now() - start) / 1000;

  const resultOf = (cell: Cell) => store.find(cell, runtime.device)!.result;
  const points = figurePoints(plan, resultOf);
  const panels = plan.panels.map(({ title }, i) => ({ title, points: points[i]! }));
  const claims = plan.claims.map(({ statement, check }) => ({ statement, ...check(meanOver(resultOf)) }));
  const path = (end: string): string => join(out, `${figure.name}${end}`);
  const files = {
    rows: join(out, 'cells.jsonl'),
    svg: path('.svg'),
    png: path('.png'),
    caption: path('.txt'),
    json: path('.json'),
  };
  const caption = `${plan.caption} ${settingsInWords(settings, runtime)}`;
  const { svg, png } = drawFigure(plan, points, caption);
  writeWhole(files.svg, svg);
  writeWhole(files.png, png);
  writeWhole(files.caption, `${caption}\n`);
  const numbers = { figure: figure.name, settings, version, runtime, panels, claims };
  writeWhole(files.json, `${JSON.stringify(numbers, null, 2)}\n`);
  return { figure: figure.name, settings, runtime, panels, claims, files, seconds };
}

function settingsInWords(settings: FigureSettings, runtime: Runtime): string {
  const { psi2, tau, lambda, activations, seeds, testRows, attackSteps, method, d } = settings;
  return [
    `psi2 = n/d = ${psi2.join(', ')}, label noise tau = ${tau}, ridge lambda = ${lambda.join(', ')}, activation`,
    `${activations.join(', ')}, signal norm 1. Curves: asymptotic theory. Symbols: means over ${seeds} seeds at`,
    `d = ${d.join(' and ')}, bars of one standard error over seeds, ${testRows} fresh test rows for each seed; trained`,
    method === 'exact'
      ? 'to the exact optimum of the problem linearised in the perturbation'
      : `by gradient against PGD of ${attackSteps} steps (eps = 0: exact least squares)`,
    `and tested against PGD of 10 steps unless said otherwise. Engine: ${runtime.engine}. Settings are this package's own`,
    'choice.',
  ].join(' ');
}
