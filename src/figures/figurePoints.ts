import { atWholeSizes, type Cell, simulable } from '../cells/cell.ts';
import type { CellResult } from '../cells/cellResult.ts';
import { type Comparison, compare } from '../cells/comparison.ts';
import { predicted } from '../cells/measure.ts';
import { meanOf } from '../evaluation/estimate.ts';
import type { FigurePlan, MeanOf, Measured, Spot } from './figure.ts';

/** One simulated point beside theory. */
export interface FigurePoint {
  readonly x: number;
  readonly y: Comparison;
  /** What is measured: 'SR', 'AR'. */
  readonly measure: string;
  readonly d: number;
  /** Trainings that converged, of all. */
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

/** Averages the cells over seeds and sets them beside theory. */
export const figurePoints = (plan: FigurePlan, resultOf: (cell: Cell) => CellResult): PanelPoints[] =>
  plan.panels.map((panel) =>
    panel.measured.map(({ spots }: Measured) => spots.map((spot) => pointOf(spot, resultOf))),
  );

function pointOf({ x, y, cells }: Spot, resultOf: (cell: Cell) => CellResult): FigurePoint {
  const values = (measure: typeof y): number[] =>
    cells.map((cell) => measure.simulated(resultOf(cell), cell));
  return {
    x: typeof x === 'number' ? x : meanOf(values(x)).value,
    y: compare(values(y), predicted(y, atWholeSizes(cells[0]!))),
    measure: y.name,
    d: cells[0]!.d,
    converged: cells.filter((cell) => resultOf(cell).training.converged).length,
    trainings: cells.length,
  };
}

/** The simulated mean over cells of a measure. */
export const meanOver =
  (resultOf: (cell: Cell) => CellResult): MeanOf =>
  (cells, measure) =>
    meanOf(cells.map((cell) => measure.simulated(resultOf(cell), cell)));
