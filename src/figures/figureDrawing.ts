import type { AxisOptions } from '../plots/axes.ts';
import { type PanelFigure, panelFigure, type Series, type SeriesPoint } from '../plots/panels.ts';
import { surfaceFigure } from '../plots/surface.ts';
import type { AxisPlan, FigurePlan, SurfacePlan } from './figure.ts';
import type { FigurePoint, PanelPoints } from './figurePoints.ts';

/**
 * Measured points with standard errors on top of the theory, as SVG source described by the caption. The axes leave room for
 * points that are not measured yet where theory expects them.
 */
export const drawFigure = (plan: FigurePlan, measured: readonly PanelPoints[], caption: string): string =>
  plan.surface ? drawSurface(plan, plan.surface, measured, caption) : drawPanels(plan, measured, caption);

function drawSurface(
  plan: FigurePlan,
  surface: SurfacePlan,
  measured: readonly PanelPoints[],
  caption: string,
): string {
  const { values, xDomain, yDomain, label, pivot, lines, heights } = surface;
  return surfaceFigure({
    values,
    x: { ...plan.x, domain: xDomain },
    y: { ...plan.y, domain: yDomain },
    label,
    pivot,
    lines,
    spots: measured.flatMap((kinds, i) =>
      kinds
        .flat()
        .filter(isMeasured)
        .map(({ x, y }) => ({ x, y: heights[i]!, value: y.simulated.value })),
    ),
    description: caption,
  });
}

function drawPanels(plan: FigurePlan, measured: readonly PanelPoints[], caption: string): string {
  const panels = plan.panels.map((panel, i) => ({
    title: panel.title,
    series: [
      ...panel.curves.map((curve): Series => ({ ...curve, draw: 'line' })),
      ...panel.measured.flatMap((kind, k): Series[] => {
        const points = measured[i]![k]!.filter(isMeasured).map(({ x, y }) => ({
          x,
          y: y.simulated.value,
          standardError: y.simulated.standardError,
        }));
        const { label, colour, symbol, emphasis } = kind;
        const symbols: Series = { label, colour, symbol, emphasis, draw: 'symbols', points };
        return kind.joined ? [{ label, colour, draw: 'line', points }, symbols] : [symbols];
      }),
    ],
  }));
  const lines = panels.flatMap((panel) =>
    panel.series.filter((s) => s.draw === 'line').flatMap((s) => s.points),
  );
  const symbols = measured.flat(2).map((point) => ({
    x: point.x,
    y: isMeasured(point) ? point.y.simulated.value : point.y.theory,
  }));
  const figure: PanelFigure = {
    panels,
    x: axis(
      plan.x,
      [...lines, ...symbols].map((p) => p.x),
      0.02,
    ),
    y: axis(plan.y, withinReach(symbols, lines), 0.06),
    guides: plan.guides,
    description: caption,
  };
  return panelFigure(figure);
}

const isMeasured = ({ y }: FigurePoint): boolean => y.simulated.count > 0;

/** All measured values, and those of the curves up to half as far again beyond them: infinite peaks are cut off. */
function withinReach(symbols: readonly SeriesPoint[], lines: readonly SeriesPoint[]): number[] {
  const values = symbols.map((p) => p.y).filter(Number.isFinite);
  if (values.length === 0) return lines.map((p) => p.y);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return [...values, ...lines.map((p) => Math.min(Math.max(p.y, low / 1.5), high * 1.5))];
}

/** What an axis shows before there is anything to show, and how far it reaches about a single value. */
const ABOUT_ONE = [0.5, 2] as const;

/** The axis from the least to the greatest value that has a place on it, with a margin as a share of its length. */
function axis({ label, scale }: AxisPlan, values: readonly number[], margin: number): AxisOptions {
  const known = values.filter((value) => Number.isFinite(value) && (scale === 'linear' || value > 0));
  const [least, greatest] = known.length > 0 ? [Math.min(...known), Math.max(...known)] : [1, 1];
  const [low, high] =
    least < greatest
      ? [least, greatest]
      : (ABOUT_ONE.map((times) => times * (least || 1)) as [number, number]);
  const pad = margin * (scale === 'log' ? Math.log(high / low) : high - low);
  return {
    label,
    scale,
    domain: scale === 'log' ? [low * Math.exp(-pad), high * Math.exp(pad)] : [low - pad, high + pad],
  };
}
