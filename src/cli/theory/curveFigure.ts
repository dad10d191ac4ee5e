import { UserError } from '../../errors.ts';
import { palette } from '../../plots/palette.ts';
import { panelFigure } from '../../plots/panels.ts';
import type { CurvePoint } from '../../theory/index.ts';
import type { GridAxis } from './grid.ts';

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
 * Standard and adversarial risk along a curve, as an SVG string; infinite values are left out.
 * @throws UserError when fewer than two finite points are left
 */
export function curveFigure(curve: readonly CurvePoint[], { parameter, scale }: GridAxis): string {
  const finite = curve.filter(({ adversarialRisk }) => Number.isFinite(adversarialRisk));
  if (finite.length < 2) throw new UserError('--plot needs at least two points of finite risk');
  const at = finite.map((point) => point.at);
  const risks = finite.flatMap((point) => [point.standardRisk, point.adversarialRisk]);
  const high = Math.max(...risks);
  const low = Math.min(...risks);
  const line = (label: string, colour: string, name: 'standardRisk' | 'adversarialRisk') => ({
    label,
    colour,
    draw: 'line' as const,
    points: finite.map((point) => ({ x: point.at, y: point[name] })),
  });
  return panelFigure({
    panels: [
      {
        title: 'asymptotic risk',
        series: [
          line('adversarial', palette.vermillion, 'adversarialRisk'),
          line('standard', palette.blue, 'standardRisk'),
        ],
      },
    ],
    x: { label: parameterSymbol(parameter), scale, domain: [Math.min(...at), Math.max(...at)] },
    // A logarithm where risks differ by much; they are 0 only when the signal is found exactly.
    y:
      low > 0 && high > 5 * low
        ? { label: 'risk', scale: 'log', domain: [low / 1.1, high * 1.1] }
        : { label: 'risk', scale: 'linear', domain: [0, high * 1.05 || 1] },
    description: `Standard and adversarial risk against ${parameter}`,
  });
}
