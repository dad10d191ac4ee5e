import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../cells/cell.ts';
import type { CellResult } from '../cells/cellResult.ts';
import { cellSeconds, nativeOn } from '../cells/cellSeconds.ts';
import { cellKey } from '../cells/node/cellKey.ts';
import { machineOf } from '../cells/node/machine.ts';
import { failureLine, type RunOptions, type RunStart, runMissing } from '../cells/node/runMissing.ts';
import { given } from '../checkOptions.ts';
import { UserError } from '../errors.ts';
import { writePicture } from '../plots/picture.ts';
import { type DeviceChoice, loadRuntime, type Runtime } from '../runtime/index.ts';
import { makeFolder, writeWholeFile } from '../wholeFile.ts';
import { drawingOptions } from './captions.ts';
import type { Claim, Figure, FigureSettings, MeanOf, Verdict } from './figure.ts';
import { drawFigure } from './figureDrawing.ts';
import { figureCells, figurePoints, meanOver, type PointsPanel, pointsPanels } from './figurePoints.ts';
import { checkSettings } from './figureSettings.ts';
import { finishedPicture } from './finishedPicture.ts';
import { livePicture } from './livePicture.ts';

/** Rows and pictures are in the folder `out`. */
export interface ReproduceOptions
  extends Pick<RunOptions, 'out' | 'workers' | 'version' | 'onCell' | 'onRemark'> {
  readonly figure: Figure;
  readonly settings: FigureSettings;
  readonly device: DeviceChoice;
  /** Width of the pictures in millimetres, for print; for screens unless given. */
  readonly width?: number;
  /** Called as soon as there is a picture of the theory alone, to which points are added as cells finish. */
  readonly onPicture?: (path: string) => void;
  readonly onStart?: (start: ReproductionStart) => void;
}

export interface ReproductionStart extends RunStart {
  /** What the missing cells would take with native TensorFlow, on one core; null where that is what runs, or a GPU. */
  readonly nativeSeconds: number | null;
}

export interface Reproduction {
  readonly figure: string;
  readonly settings: FigureSettings;
  readonly runtime: Runtime;
  readonly panels: readonly PointsPanel[];
  readonly claims: readonly ({ readonly statement: string } & Verdict)[];
  /** Paths of what was written. */
  readonly files: Readonly<Record<'rows' | 'svg' | 'png' | 'pdf' | 'caption' | 'json', string>>;
  /** Wall-clock time of the simulation, without cells that were finished before. */
  readonly seconds: number;
}

/**
 * Makes a figure: draws its theory, runs the cells that `out` does not hold yet, drawing the picture again as they finish,
 * sets them beside theory, checks the figure's claims and writes rows, picture, caption and numbers. Interrupted at any
 * moment, the same call goes on from the last finished cell.
 * @throws InvalidArgumentError for settings out of range, UserError for a folder that cannot be written
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction> {
  const { figure, out, device, version } = options;
  const settings = checkSettings(figure, options.settings);
  const plan = figure.plan(settings);
  const cells = new Map(figureCells(plan).map((cell) => [cellKey(cell), cell]));
  const path = (end: string): string => join(out, `${figure.name}${end}`);
  const files = {
    rows: join(out, 'cells.jsonl'),
    svg: path('.svg'),
    png: path('.png'),
    pdf: path('.pdf'),
    caption: path('.txt'),
    json: path('.json'),
  };
  // A device asked for by name may not be there, and then nothing is written; auto always finds one.
  const named = device === 'auto' ? null : await loadRuntime(device);
  makeFolder(out);
  const results = new Map<string, CellResult>();
  const drawing = drawingOptions(figure, plan, settings, { version, ...given({ width: options.width }) });
  const drawSoFar = (): Promise<void> =>
    writePicture(
      files.png,
      drawFigure(
        plan,
        figurePoints(plan, (cell) => results.get(cellKey(cell))),
        drawing,
      ),
    );
  if (!existsSync(files.png)) {
    await drawSoFar();
    options.onPicture?.(files.png);
  }
  const runtime = named ?? (await loadRuntime(device));
  const { seconds } = await simulate([...cells.values()], { ...options, runtime }, results, drawSoFar);

  const resultOf = (cell: Cell): CellResult => results.get(cellKey(cell))!;
  const points = figurePoints(plan, resultOf);
  const panels = pointsPanels(plan, points);
  const claims = plan.claims.map((claim) => ({
    statement: claim.statement,
    ...judged(claim, settings, meanOver(resultOf)),
  }));
  const { svg, caption } = finishedPicture(plan, {
    ...{ points, drawing, engine: runtime.engine },
    results: [...cells.values()].map(resultOf),
  });
  for (const path of [files.svg, files.png, files.pdf]) await writePicture(path, svg);
  writeWholeFile(files.caption, `${caption}\nMade by: ${drawing.source}\n`);
  const { source } = drawing;
  const numbers = { figure: figure.name, settings, version, runtime, caption, source, panels, claims };
  writeWholeFile(files.json, `${JSON.stringify(numbers, null, 2)}\n`);
  return { figure: figure.name, settings, runtime, panels, claims, files, seconds };
}

/** Fills `results` with those of all cells, of which some may be there already, and draws now and then. */
async function simulate(
  cells: readonly Cell[],
  options: ReproduceOptions & { readonly runtime: Runtime },
  results: Map<string, CellResult>,
  drawSoFar: () => Promise<void>,
): Promise<{ seconds: number }> {
  const picture = livePicture(drawSoFar);
  const machine = await machineOf(options.runtime);
  const native = nativeOn(machine);
  try {
    const { store, seconds, failed } = await runMissing(cells, {
      ...options,
      machine,
      onStart(start) {
        for (const { key, result } of start.rows()) results.set(key, result);
        const nativeSeconds =
          native && start.missing.reduce((sum, cell) => sum + cellSeconds(cell, native), 0);
        options.onStart?.({ ...start, nativeSeconds });
      },
      onCell(progress) {
        results.set(cellKey(progress.cell), progress.result);
        picture.refresh();
        options.onCell?.(progress);
      },
    });
    if (failed.length > 0) throw new UserError(failureLine(failed));
    // As they are written, so that a second run reads the same.
    for (const { key, result } of store.rows()) results.set(key, result);
    return { seconds };
  } finally {
    await picture.close();
  }
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
