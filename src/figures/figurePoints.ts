import type { Cell } from '../cells/cell.ts';
import type { CellResult } from '../cells/cellResult.ts';
import { atWholeSizes, simulable } from '../cells/cellSizes.ts';
import { type Comparison, compare } from '../cells/comparison.ts';
import { meanOf } from '../numerics/estimate.ts';
import type { FigurePlan, MeanOf, Measured, Spot } from './figure.ts';

/** One simulated point beside theory. */
export interface FigurePoint {
  readonly x: number;
  /** Until one of its cells is finished the simulated value is NaN, of a count of 0. */
  readonly y: Comparison;
  /** What is measured: 'SR', 'AR'. */
  readonly measure: string;
  readonly d: number;
  /** Words beside it in the picture. */
  readonly label?: string;
  /** Trainings that converged, of all that are finished. */
  readonly converged: number;
  readonly trainings: number;
}

/** The points of one panel, kind by kind. */
export type PanelPoints = readonly (readonly FigurePoint[])[];

/** Every cell that the figure needs. @throws InvalidArgumentError for one that cannot be simulated */
export const figureCells = (plan: FigurePlan): Cell[] =>
  plan.panels.flatMap((panel) =>
    panel.measured.flatMap(({ spots }) => spots.flatMap((spot) => spot.cells.map(simulable))),
  );

/** Averages over seeds the cells that are finished and sets them beside theory. */
export const figurePoints = (
  plan: FigurePlan,
  resultOf: (cell: Cell) => CellResult | undefined,
): PanelPoints[] =>
  plan.panels.map((panel) =>
    panel.measured.map(({ spots }: Measured) => spots.map((spot) => pointOf(spot, resultOf))),
  );

/** The points of one panel, with the words that tell its kinds apart in the picture; both may hold `$TeX$`. */
export interface PointsPanel {
  readonly title: string;
  /** One for each kind: what its colour stands for and, where that is not simulation at its dimension, its symbol. */
  readonly kinds: readonly string[];
  readonly points: PanelPoints;
}

/** Every panel of a plan with its points. */
export const pointsPanels = (plan: FigurePlan, points: readonly PanelPoints[]): PointsPanel[] =>
  plan.panels.map(({ title, measured }, i) => ({
    title,
    kinds: measured.map(({ label, kind }) => [label, kind].filter(Boolean).join(', ')),
    points: points[i]!,
  }));

function pointOf(
  { x, y, cells, label }: Spot,
  resultOf: (cell: Cell) => CellResult | undefined,
): FigurePoint {
  const finished = cells.flatMap((cell) => {
    const result = resultOf(cell);
    return result ? [{ cell, result }] : [];
  });
  const values = (measure: typeof y): number[] =>
    finished.map(({ cell, result }) => measure.simulated(result, cell));
  const [first] = cells.map(atWholeSizes);
  return {
    x: typeof x === 'number' ? x : finished.length > 0 ? meanOf(values(x)).value : x.predicted(first!),
    y: compare(values(y), y.predicted(first!)),
    measure: y.name,
    d: first!.d,
    ...(label !== undefined && { label }),
    converged: finished.filter(({ result }) => result.training.converged).length,
    trainings: finished.length,
  };
}

/** The simulated mean over cells of a measure. */
export const meanOver =
  (resultOf: (cell: Cell) => CellResult): MeanOf =>
  (cells, measure) =>
    meanOf(cells.map((cell) => measure.simulated(resultOf(cell), cell)));
