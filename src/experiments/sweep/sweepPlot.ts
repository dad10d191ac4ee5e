import { InvalidArgumentError } from '../../errors.ts';
import { gridValues } from '../../theory/index.ts';
import { type Cell, cellKey } from '../cell.ts';
import type { FigurePlan } from '../figure.ts';
import { limitCurve, lookOf } from '../figures/shared.ts';
import { adversarialRisk, standardRisk } from '../measure.ts';
import type { SweepFolder } from './sweepFolder.ts';

export interface SweepPlotOptions {
  /** The field along the x axis. */
  readonly x: string;
  readonly y: 'SR' | 'AR';
  /** The field that tells curves apart, if any. */
  readonly by?: string;
}

/** A sweep as a figure: means over seeds along one field, a curve of theory for each value of another. */
export function sweepPlan({ cells }: SweepFolder, { x, y, by }: SweepPlotOptions): FigurePlan {
  const swept = (name: string): number[] => {
    const values = [...new Set(cells.map((cell) => cell[name as keyof Cell]))];
    if (values.length < 2 || values.some((value) => typeof value !== 'number'))
      throw new InvalidArgumentError('x', name, 'a numeric field with at least two values in this sweep');
    return (values as number[]).sort((a, b) => a - b);
  };
  const xs = swept(x);
  const measure = y === 'SR' ? standardRisk : adversarialRisk();
  const groups = new Map<unknown, Cell[]>();
  for (const cell of cells) {
    const value = by === undefined ? '' : cell[by as keyof Cell];
    groups.set(value, [...(groups.get(value) ?? []), cell]);
  }
  const fixed = (cell: Cell): string => cellKey(moved(by ? moved(cell, by, 0) : cell, x, 0));
  if (new Set(cells.map((cell) => fixed({ ...cell, seed: 0 }))).size > 1)
    throw new InvalidArgumentError('by', by, 'the one other field that this sweep varies');
  const named = [...groups.entries()];
  const scale = xs[0]! > 0 && xs.at(-1)! / xs[0]! > 8 ? 'log' : 'linear';
  const along = gridValues({ from: xs[0]!, to: xs.at(-1)!, count: 160, scale });
  return {
    x: { label: x, scale },
    y: { label: y === 'SR' ? 'standard risk' : 'adversarial risk', scale: 'log' },
    guides: [],
    claims: [],
    caption: `${y} against ${x}${by ? `, for each ${by}` : ''}: means over seeds with one standard error, beside theory.`,
    panels: [
      {
        title: '',
        curves: named.map(([value, group], i) =>
          limitCurve(by ? `${by} = ${value}` : 'theory', lookOf(i).colour, measure, along, (at) =>
            moved(group[0]!, x, at),
          ),
        ),
        measured: named.map(([, group], i) => ({
          label: 'simulation',
          ...lookOf(i),
          emphasis: 'open',
          spots: xs.map((at) => ({
            x: at,
            y: measure,
            cells: group.filter((cell) => cell[x as keyof Cell] === at),
          })),
        })),
      },
    ],
  };
}

/** The cell with another value of a field; the radius at test goes with that of training where the two are the same. */
function moved(cell: Cell, field: string, value: number): Cell {
  const together = field === 'eps' && cell.epsTest.length === 1 && cell.epsTest[0] === cell.eps;
  return { ...cell, [field]: value, ...(together && { epsTest: [value] }) };
}
