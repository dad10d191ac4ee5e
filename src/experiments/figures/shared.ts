import type { Cell } from '../cell.ts';
import type { Curve, FigureSettings, Measured } from '../figure.ts';
import { limitRisk, type Measure } from '../measure.ts';

/** Where the figures agree unless they say otherwise. */
export const baseSettings: FigureSettings = {
  d: [100],
  seeds: 5,
  psi1: [1],
  psi2: [2],
  epsilons: [0.3],
  lambda: [0],
  tau: 0.2,
  activations: ['shifted-relu'],
  method: 'pgd',
  attackSteps: 2,
  testRows: 2000,
};

/** The asymptotic value of a measure along `xs`; infinite values are left out. */
export function limitCurve(
  label: string,
  colour: string,
  measure: Measure,
  xs: readonly number[],
  cellAt: (x: number) => Cell,
): Curve {
  const points = xs.map((x) => ({ x, y: measure.theory(limitRisk(cellAt(x)), cellAt(x)) }));
  return { label, colour, points: points.filter(({ y }) => Number.isFinite(y)) };
}

/** The dimensions of a figure, smallest first, with the look of their symbols: the largest stands out. */
export const dimensionsOf = ({
  d,
}: FigureSettings): (Pick<Measured, 'label' | 'emphasis'> & { d: number })[] =>
  [...d]
    .sort((a, b) => a - b)
    .map((dim, i) => ({
      d: dim,
      label: `simulation, $d = ${dim}$`,
      emphasis: i === d.length - 1 ? 'open' : 'small',
    }));
