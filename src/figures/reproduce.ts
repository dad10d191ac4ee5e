import { join } from 'node:path';
import type { Cell } from '../cells/cell.ts';
import type { CellResult } from '../cells/cellResult.ts';
import { cellKey } from '../cells/node/cellKey.ts';
import { failureLine, type RunProgress, type RunStart, runMissing } from '../cells/node/runMissing.ts';
import { UserError } from '../errors.ts';
import { writePicture } from '../plots/picture.ts';
import { type DeviceChoice, loadRuntime, type Runtime } from '../runtime/index.ts';
import { writeWholeFile } from '../wholeFile.ts';
import type { Claim, Figure, FigureSettings, MeanOf, Verdict } from './figure.ts';
import { drawFigure } from './figureDrawing.ts';
import { figureCells, figurePoints, meanOver, type PanelPoints } from './figurePoints.ts';
import { checkSettings } from './figureSettings.ts';

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
  readonly onStart?: (start: RunStart) => void;
  readonly onCell?: (progress: RunProgress) => void;
  /** Lines for people: rows that are damaged, worker processes that were killed. */
  readonly onRemark?: (line: string) => void;
}

export interface Reproduction {
  readonly figure: string;
  readonly settings: FigureSettings;
  readonly runtime: Runtime;
  readonly panels: readonly { readonly title: string; readonly points: PanelPoints }[];
  readonly claims: readonly ({ readonly statement: string } & Verdict)[];
  /** Paths of what was written. */
  readonly files: Readonly<Record<'rows' | 'svg' | 'png' | 'pdf' | 'caption' | 'json', string>>;
  /** Wall-clock time of the simulation, without cells that were finished before. */
  readonly seconds: number;
}

/**
 * Makes a figure: runs the cells that `out` does not hold yet, sets them beside theory, checks the figure's claims and
 * writes rows, picture, caption and numbers. Interrupted at any moment, the same call goes on from the last finished cell.
 * @throws InvalidArgumentError for settings out of range, UserError for a folder that cannot be written
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { figure, out, version } = options;
  const settings = checkSettings(figure, options.settings);
  const plan = figure.plan(settings);
  const cells = new Map(figureCells(plan).map((cell) => [cellKey(cell), cell]));
  const runtime = await loadRuntime(options.device);
  const { store, seconds, failed } = await runMissing([...cells.values()], { ...options, runtime });
  if (failed.length > 0) throw new UserError(failureLine(failed));
  const results = new Map([...store.rows()].map(({ key, result }) => [key, result]));
  const resultOf = (cell: Cell): CellResult => results.get(cellKey(cell))!;
  const points = figurePoints(plan, resultOf);
  const panels = plan.panels.map(({ title }, i) => ({ title, points: points[i]! }));
  const claims = plan.claims.map((claim) => ({
    statement: claim.statement,
    ...judged(claim, settings, meanOver(resultOf)),
  }));
  const path = (end: string): string => join(out, `${figure.name}${end}`);
  const files = {
    rows: join(out, 'cells.jsonl'),
    svg: path('.svg'),
    png: path('.png'),
    pdf: path('.pdf'),
    caption: path('.txt'),
    json: path('.json'),
  };
  const caption = `${plan.caption} ${plan.setting ?? teacherSetting(settings)} Engine: ${runtime.engine}. Settings are this package's own choice.`;
  const svg = drawFigure(plan, points, caption);
  for (const path of [files.svg, files.png, files.pdf]) await writePicture(path, svg);
  writeWholeFile(files.caption, `${caption}\n`);
  const numbers = { figure: figure.name, settings, version, runtime, panels, claims };
  writeWholeFile(files.json, `${JSON.stringify(numbers, null, 2)}\n`);
  return { figure: figure.name, settings, runtime, panels, claims, files, seconds };
}

/** What becomes of a claim: it does not fail for want of a second value, or of the standard error that one seed does not give. */
function judged({ compares = [], check }: Claim, settings: FigureSettings, mean: MeanOf): Verdict {
  const single = compares.find((name) => new Set<unknown>(settings[name]).size < 2);
  if (single !== undefined) return { holds: null, evidence: `it takes two values of ${single}` };
  let unknown = false;
  const verdict = check((cells, measure) => {
    const estimate = mean(cells, measure);
    unknown ||= Number.isNaN(estimate.standardError);
    return estimate;
  });
  return unknown && !verdict.holds
    ? { holds: null, evidence: `${verdict.evidence}; one seed gives no standard error` }
    : verdict;
}

/** How a figure's points came about, the usual way: simulation of the linear teacher beside its theory. */
function teacherSetting(settings: FigureSettings): string {
  const { psi2, tau, lambda, activations, seeds, testRows, attackSteps, method, d } = settings;
  return [
    `psi2 = n/d = ${psi2.join(', ')}, label noise tau = ${tau}, ridge lambda = ${lambda.join(', ')}, activation`,
    `${activations.join(', ')}, signal norm 1. Curves: asymptotic theory. Symbols: means over ${seeds} seeds at`,
    `d = ${d.join(' and ')}, bars of one standard error over seeds, ${testRows} fresh test rows for each seed; trained`,
    method === 'exact'
      ? 'to the exact optimum of the problem linearised in the perturbation'
      : `by gradient against PGD of ${attackSteps} steps (eps = 0: exact least squares)`,
    'and tested against PGD of 10 steps unless said otherwise.',
  ].join(' ');
}
