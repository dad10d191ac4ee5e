import { UserError } from '../../errors.ts';
import { palette } from '../../plots/palette.ts';
import { panelFigure } from '../../plots/panels.ts';
import type { PictureLook } from '../picture.ts';
import { extremes } from './extremes.ts';
import type { GridAxis } from './grid.ts';
import type { Row } from './output.ts';

/** Parameters as the figures write them. */
const symbols: Readonly<Record<string, string>> = {
  psi1: '$\\psi_1 = N/d$',
  psi2: '$\\psi_2 = n/d$',
  eps: '$\\varepsilon$',
  lambda: '$\\lambda$',
  tau: '$\\tau$',
};

/** A parameter as the axes of figures name it. */
export const parameterSymbol = (parameter: string): string => symbols[parameter] ?? parameter;

/**
 * The two risks of a curve, or the two errors of a classifier, as an SVG string; infinite values are left out.
 * @param rows the points, by the name of the parameter and of the measures
 * @param measures the attacked one first
 * @param look with the settings at the foot
 * @throws UserError when fewer than two finite points are left
 */
export function curveFigure(
  rows: readonly Row[],
  { parameter, scale }: GridAxis,
  [attacked, plain]: readonly [string, string],
  look: PictureLook & { readonly note?: string } = {},
): string {
  const finite = rows.filter((row) => Number.isFinite(row[attacked]));
  if (finite.length < 2) throw new UserError('--plot needs at least two points of finite risk');
  const at = finite.map((row) => Number(row[parameter]));
  const values = finite.flatMap((row) => [Number(row[plain]), Number(row[attacked])]);
  const [low, high] = extremes(values);
  const errors = plain === 'error';
  const line = (label: string, colour: string, name: string) => ({
    label,
    colour,
    draw: 'line' as const,
    points: finite.map((row) => ({ x: Number(row[parameter]), y: Number(row[name]) })),
  });
  const label = errors ? 'error' : 'risk';
  return panelFigure({
    ...look,
    panels: [
      {
        title: '',
        series: [
          line(errors ? 'robust' : 'adversarial', palette.vermillion, attacked),
          line('standard', palette.blue, plain),
        ],
      },
    ],
    x: { label: parameterSymbol(parameter), scale, domain: extremes(at) },
    // A logarithm where risks differ by much; they are 0 only when the signal is found exactly.
    y:
      low > 0 && high > 5 * low
        ? { label, scale: 'log', domain: [low / 1.1, high * 1.1] }
        : { label, scale: 'linear', domain: [0, high * 1.05 || 1] },
    description: errors
      ? `Error and robust error against ${parameter}`
      : `Standard and adversarial risk against ${parameter}`,
  });
}
