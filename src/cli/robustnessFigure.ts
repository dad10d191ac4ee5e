import { UserError } from '../errors.ts';
import type { RobustRisk } from '../evaluation/risk.ts';
import { palette } from '../plots/palette.ts';
import { panelFigure } from '../plots/panels.ts';

/**
 * Risk against eps with error bars and a line through them, as an SVG string.
 * @throws UserError for fewer than two budgets
 */
export function robustnessFigure({ attack, norm, loss, standard, curve }: RobustRisk): string {
  if (curve.length < 2) throw new UserError('--plot needs at least two epsilons');
  const points = curve.map(({ eps, risk }) => ({ x: eps, y: risk.value, standardError: risk.standardError }));
  const first = Math.min(...curve.map(({ eps }) => eps));
  const last = Math.max(...curve.map(({ eps }) => eps));
  const margin = 0.03 * (last - first);
  const heights = points.map(({ y, standardError }) => y + standardError);
  const low = Math.min(0, standard.value, ...points.map(({ y }) => y));
  const label = `${attack} in ${norm}`;
  return panelFigure({
    panels: [
      {
        title: 'robustness curve',
        series: [
          { label, colour: palette.vermillion, draw: 'line', points },
          { label, colour: palette.vermillion, draw: 'symbols', points, kind: 'mean, one standard error' },
        ],
      },
    ],
    x: { label: '$\\varepsilon$', scale: 'linear', domain: [first - margin, last + margin] },
    y: { label: `${loss} loss`, scale: 'linear', domain: [low * 1.05, Math.max(...heights) * 1.05] },
    guides: [{ axis: 'y', at: standard.value, label: 'clean loss' }],
    description: `Mean ${loss} loss under ${label} against eps; the dashed line is the clean loss`,
  });
}
