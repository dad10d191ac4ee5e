import { least } from 'd3-array';
import type { AxisOptions } from '../plots/axes.ts';
import { type PanelFigure, panelFigure, type Series, type SeriesPoint } from '../plots/panels.ts';
import type { PictureOptions } from '../plots/paper.ts';
import { surfaceFigure } from '../plots/surface.ts';
import type { AxisPlan, Curve, FigurePlan, Measured, PlanPanel, SurfacePlan } from './figure.ts';
import type { FigurePoint, PanelPoints } from './figurePoints.ts';

/**
 * Measured points with standard errors on top of the theory, as SVG source. The axes leave room for points that are not
 * measured yet where theory expects them.
 */
export const drawFigure = (
  plan: FigurePlan,
  measured: readonly PanelPoints[],
  options: PictureOptions,
): string =>
  plan.surface ? drawSurface(plan, plan.surface, measured, options) : drawPanels(plan, measured, options);

function drawSurface(
  plan: FigurePlan,
  { values, xDomain, yDomain, label, pivot, cut, lines, heights }: SurfacePlan,
  measured: readonly PanelPoints[],
  options: PictureOptions,
): string {
  const [first] = plan.panels.flatMap((panel) => panel.measured);
  return surfaceFigure({
    ...options,
    values,
    x: { ...plan.x, domain: xDomain },
    y: { ...plan.y, domain: yDomain },
    label,
    pivot,
    ...(cut !== undefined && { cut }),
    lines,
    spots: measured.flatMap((kinds, i) =>
      kinds
        .flat()
        .filter(isMeasured)
        .map(({ x, y }) => ({ x, y: heights[i]!, value: y.simulated.value })),
    ),
    ...(first && { spotsLabel: kindOf(first) ?? first.label }),
  });
}

function drawPanels(plan: FigurePlan, measured: readonly PanelPoints[], options: PictureOptions): string {
  const panels = plan.panels.map((panel, i) => ({
    title: panel.title,
    yAxis: panel.yAxis,
    series: seriesOf(panel, measured[i]!),
  }));
  const linesOf = (drawn: typeof panels): readonly SeriesPoint[] =>
    drawn.flatMap(({ series }) => series.filter((s) => s.draw === 'line').flatMap((s) => s.points));
  const expected = (points: PanelPoints): SeriesPoint[] =>
    points
      .flat()
      .map(({ x, y }) =>
        y.simulated.count > 0
          ? { x, y: y.simulated.value, standardError: y.simulated.standardError }
          : { x, y: y.theory },
      );
  const heights = (name: string | undefined) => {
    const among = panels.filter(({ yAxis }) => yAxis === name);
    const symbols = measured.filter((_, i) => panels[i]!.yAxis === name).flatMap(expected);
    return axis(plan.y, [{ values: withinReach(symbols, linesOf(among)), margin: MARGIN.level }]);
  };
  const shared = heights(panels[0]?.yAxis);
  const figure: PanelFigure = {
    ...options,
    panels: panels.map(({ title, series, yAxis }) => ({
      title,
      series,
      ...(yAxis !== panels[0]!.yAxis && { yDomain: heights(yAxis).domain }),
    })),
    x: axis(plan.x, [
      { values: linesOf(panels).map(({ x }) => x), margin: MARGIN.lines },
      { values: measured.flatMap(expected).map(({ x }) => x), margin: MARGIN.symbols },
    ]),
    y: shared,
    guides: plan.guides,
  };
  return panelFigure(figure);
}

/** Curves, and over them what is measured. */
function seriesOf(panel: PlanPanel, points: PanelPoints): Series[] {
  const symbols = panel.measured.map(
    (measured, k): Series => ({
      label: measured.label,
      ...named(kindOf(measured)),
      colour: measured.colour,
      symbol: measured.symbol,
      emphasis: measured.emphasis,
      draw: 'symbols',
      points: points[k]!.filter(isMeasured).map(({ x, y, label }) => ({
        x,
        y: y.simulated.value,
        standardError: y.simulated.standardError,
        ...(label !== undefined && { label }),
      })),
    }),
  );
  const all = symbols.flatMap((series) => series.points);
  return [
    ...panel.curves.map((curve) => curveSeries(curve, all)),
    ...symbols.flatMap((series, k): Series[] => {
      const { kind: _, ...plain } = series;
      return panel.measured[k]!.joined ? [{ ...plain, draw: 'line' }, series] : [series];
    }),
  ];
}

function curveSeries(
  { label, colour, kind = 'theory', dashed, dots, throughMeasured, points }: Curve,
  measured: readonly SeriesPoint[],
): Series {
  const look = { label, colour, ...named(kind) };
  const drawn = throughMeasured ? movedThrough(points, measured) : points;
  return dots
    ? { ...look, draw: 'symbols', symbol: 'circle', emphasis: 'small', points: drawn }
    : { ...look, draw: 'line', ...(dashed && { dashed }), points: drawn };
}

/** The curve times the factor that makes its mean logarithm that of the measured points; not before there are any. */
function movedThrough(
  curve: readonly SeriesPoint[],
  measured: readonly SeriesPoint[],
): readonly SeriesPoint[] {
  if (measured.length === 0) return [];
  const heightAt = (x: number): number => least(curve, (point) => Math.abs(Math.log(point.x / x)))!.y;
  const sum = measured.reduce((total, { x, y }) => total + Math.log(y / heightAt(x)), 0);
  const factor = Math.exp(sum / measured.length);
  return curve.map(({ x, y }) => ({ x, y: factor * y }));
}

const named = (kind: string | null) => (kind === null ? {} : { kind });

/** What symbols stand for: unless the plan says it, simulation at the dimension that they share. */
function kindOf({ kind, spots }: Measured): string | null {
  if (kind !== undefined) return kind;
  const dimensions = new Set(spots.flatMap(({ cells }) => cells.map(({ d }) => d)));
  return dimensions.size === 1 ? `simulation, $d = ${[...dimensions][0]}$` : 'simulation';
}

const isMeasured = ({ y }: FigurePoint): boolean => y.simulated.count > 0;

/** Curves are followed so many times beyond the measured values; one that goes further, as to an infinite peak, is cut. */
const FOLLOWED = { above: 4, below: 3 };
/** Times the measured values at which it is cut. */
const CUT = 1.5;

/** All measured values with their bars, and those of the curves as far as they are followed. */
function withinReach(symbols: readonly SeriesPoint[], lines: readonly SeriesPoint[]): number[] {
  const values = symbols.map((p) => p.y).filter(Number.isFinite);
  const heights = lines.map((p) => p.y);
  if (values.length === 0) return heights;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const top = Math.max(...heights) <= FOLLOWED.above * high ? Number.POSITIVE_INFINITY : CUT * high;
  const foot = Math.min(...heights) >= low / FOLLOWED.below ? Number.NEGATIVE_INFINITY : low / CUT;
  const bars = symbols.flatMap(({ y, standardError = 0 }) => [y - standardError, y + standardError]);
  return [
    ...values,
    ...bars.filter(Number.isFinite),
    ...heights.map((y) => Math.min(Math.max(y, foot), top)),
  ];
}

/** Room beside lines and beside symbols, which reach to both sides, and above and below all, as shares of an axis. */
const MARGIN = { lines: 0.02, symbols: 0.05, level: 0.06 };

/** What an axis shows before there is anything to show, and how far it reaches about a single value. */
const ABOUT_ONE = [0.5, 2] as const;

/** The axis about all values that have a place on it, with room beside each kind of them. */
function axis(
  { label, scale }: AxisPlan,
  kinds: readonly { readonly values: readonly number[]; readonly margin: number }[],
): AxisOptions {
  const hasPlace = (value: number): boolean => Number.isFinite(value) && (scale === 'linear' || value > 0);
  const known = kinds.map(({ values, margin }) => ({ values: values.filter(hasPlace), margin }));
  const all = known.flatMap(({ values }) => values);
  const [least, greatest] = all.length > 0 ? [Math.min(...all), Math.max(...all)] : [1, 1];
  if (least === greatest)
    known.push({ values: ABOUT_ONE.map((times) => times * (least || 1)), margin: MARGIN.lines });
  const [forth, back] = scale === 'log' ? [Math.log, Math.exp] : [Number, Number];
  const places = known.flatMap(({ values, margin }) => values.map((value) => ({ at: forth(value), margin })));
  const length = Math.max(...places.map(({ at }) => at)) - Math.min(...places.map(({ at }) => at));
  return {
    label,
    scale,
    domain: [
      back(Math.min(...places.map(({ at, margin }) => at - margin * length))),
      back(Math.max(...places.map(({ at, margin }) => at + margin * length))),
    ],
  };
}
