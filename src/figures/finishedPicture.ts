import type { CellResult } from '../cells/cellResult.ts';
import type { PictureOptions } from '../plots/paper.ts';
import type { FigurePlan } from './figure.ts';
import { drawFigure } from './figureDrawing.ts';
import type { PanelPoints } from './figurePoints.ts';

interface FinishedFigure {
  readonly points: readonly PanelPoints[];
  readonly results: readonly CellResult[];
  readonly drawing: PictureOptions;
  /** What simulated it. */
  readonly engine: string;
}

/** The picture of a figure all of whose cells are simulated, as SVG source, and its caption, which it holds. */
export function finishedPicture(
  plan: FigurePlan,
  { points, results, drawing, engine }: FinishedFigure,
): { svg: string; caption: string } {
  const unsettled = notConverged(results);
  const caption = [
    drawing.description,
    ...(plan.surface
      ? [`Standard errors of the circles: at most ${largestError(points).toPrecision(2)}.`]
      : []),
    ...(unsettled === null ? [] : [`${unsettled}.`]),
    `Engine: ${engine}.`,
  ].join(' ');
  const note = [drawing.note, unsettled].filter((words) => words).join('; ');
  return { svg: drawFigure(plan, points, { ...drawing, description: caption, note }), caption };
}

/** How many trainings had not converged when they were ended; null where all had. */
function notConverged(results: readonly CellResult[]): string | null {
  const count = results.filter(({ training }) => !training.converged).length;
  return count === 0 ? null : `${count} of ${results.length} trainings had not converged`;
}

const largestError = (points: readonly PanelPoints[]): number =>
  Math.max(...points.flat(2).map(({ y }) => y.simulated.standardError));
