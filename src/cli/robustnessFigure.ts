import type { RobustRisk } from '../evaluation/risk.ts';
import type { Estimate } from '../numerics/estimate.ts';
import { normSymbol } from '../plots/normSymbol.ts';
import { palette } from '../plots/palette.ts';
import { type Panel, panelFigure, type Series } from '../plots/panels.ts';
import type { PictureLook } from './picture.ts';

/** What the radii count in, and whether success of the attack is a wrong answer. */
interface CurveOf extends PictureLook {
  readonly units: string;
  readonly accuracy?: boolean;
}

/**
 * Mean loss against eps with error bars and a line through them, and beside it the accuracy, or how often the attack succeeds,
 * where that was measured; as an SVG string.
 * @param result with two budgets or more
 */
export function robustnessFigure(
  { attack, norm, loss, standard, curve }: RobustRisk,
  { units, accuracy = false, ...look }: CurveOf,
): string {
  const label = `${attack.replace(/^[a-z]+(?= |$)/, (name) => name.toUpperCase())} in ${normSymbol(norm)}`;
  const radii = curve.map(({ eps }) => eps);
  const [first, last] = [Math.min(...radii), Math.max(...radii)];
  const panelOf = (
    title: string,
    of: (point: RobustRisk['curve'][number]) => Estimate,
    low: number,
  ): Panel => {
    const points = curve.map((point) => {
      const { value, standardError } = of(point);
      return { x: point.eps, y: value, ...(Number.isFinite(standardError) && { standardError }) };
    });
    const series = { label, colour: palette.vermillion, points };
    return {
      title,
      yDomain: domainOf(points, low),
      series: [
        { ...series, draw: 'line' },
        { ...series, draw: 'symbols' },
      ],
    };
  };
  // A margin has a sign, and no natural foot.
  const foot = standard.value >= 0 ? 0 : standard.value;
  const losses = panelOf(`${loss} loss`, ({ risk }) => risk, foot);
  const clean: Series = {
    ...{ label: 'without attack', colour: palette.blue, draw: 'line', dashed: true },
    points: [first, last].map((x) => ({ x, y: standard.value })),
  };
  const panels: Panel[] = [{ ...losses, series: [clean, ...losses.series] }];
  if (curve.every(({ success }) => success))
    panels.push(
      accuracy
        ? panelOf('accuracy', ({ success }) => ({ ...success!, value: 1 - success!.value }), 0)
        : panelOf('share of rows on which it succeeds', ({ success }) => success!, 0),
    );
  const margin = 0.03 * (last - first);
  const rows = standard.count;
  return panelFigure({
    ...look,
    panels,
    x: {
      label: `radius $\\varepsilon$ in ${units}`,
      scale: 'linear',
      domain: [first - margin, last + margin],
    },
    y: { label: `mean over ${rows} rows`, scale: 'linear', domain: panels[0]!.yDomain! },
    note: 'bars: one standard error over rows; the true worst case is no better than what the attack finds',
    description: `Mean ${loss} loss${panels.length > 1 ? ` and ${panels[1]!.title}` : ''} of ${rows} rows under ${attack} in ${norm} against its radius, in ${units}; bars of one standard error over rows`,
  });
}

/** About all points with their bars, and from `low` where that is below them. */
function domainOf(
  points: readonly { readonly y: number; readonly standardError?: number }[],
  low: number,
): readonly [number, number] {
  const ends = points.flatMap(({ y, standardError = 0 }) => [y - standardError, y + standardError]);
  const [least, greatest] = [Math.min(low, ...ends), Math.max(...ends)];
  const margin = 0.05 * (greatest - least) || 1;
  return [least < low ? least - margin : low, greatest + margin];
}
