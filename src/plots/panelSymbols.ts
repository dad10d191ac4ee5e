import { pairs } from 'd3-array';
import type { FigurePoint } from './axes.ts';
import type { Frame } from './panelGrid.ts';
import type { Guide, PanelAxes, Series } from './panels.ts';
import { pointLabels, type Stroke } from './pointLabels.ts';
import { axisPlaces } from './scale.ts';
import { barEnd, symbolRadius, symbolReach } from './seriesMarks.ts';
import { sideBySide } from './sideBySide.ts';

/** Where the symbols of a series stand: x in the units of its axis, and both in pixels. Those out of sight stand nowhere. */
export interface PlacedSymbols {
  readonly x: readonly number[];
  readonly pixels: readonly FigurePoint[];
}

/** The symbols of a panel, moved aside where they would hide each other; undefined for lines and bands. */
export function placedSymbols(
  series: readonly Series[],
  axes: PanelAxes,
  frame: Frame,
): readonly (PlacedSymbols | undefined)[] {
  const onX = axisPlaces(axes.x, frame.left, frame.right);
  const onY = axisPlaces(axes.y, frame.bottom, frame.top);
  const drawn = series.flatMap((one, k) => {
    if (one.draw !== 'symbols') return [];
    const [radius, reach] = [symbolRadius(one), symbolReach(one)];
    return one.points.map((point, j) => {
      const error = point.standardError ?? 0;
      const level = onY.pixel(point.y);
      const top = Math.min(level - radius, onY.pixel(point.y + error));
      const bottom = Math.max(level + radius, onY.pixel(barEnd(point, axes.y.scale)));
      return { k, j, x: onX.pixel(point.x), y: level, top, bottom, radius, reach };
    });
  });
  const seen = drawn.filter(
    ({ x, y }) => isBetween(x, frame.left, frame.right) && isBetween(y, frame.top, frame.bottom),
  );
  const moved = sideBySide(seen, frame);
  const places = series.map(({ draw, points }) =>
    draw === 'symbols' ? { x: points.map(() => Number.NaN), pixels: points.map(() => NOWHERE) } : undefined,
  );
  seen.forEach(({ k, j, x, y }, s) => {
    const { x: values, pixels } = places[k]!;
    values[j] = moved[s] === 0 ? series[k]!.points[j]!.x : onX.value(x + moved[s]!);
    pixels[j] = { x: x + moved[s]!, y };
  });
  return places;
}

/** Within half a pixel. */
const isBetween = (value: number, low: number, high: number): boolean =>
  value >= low - 0.5 && value <= high + 0.5;

const NOWHERE: FigurePoint = { x: Number.NaN, y: Number.NaN };

/** The words beside the symbols of a panel, clear of its symbols, their bars and its lines. */
export function symbolLabels(
  series: readonly Series[],
  placed: readonly (PlacedSymbols | undefined)[],
  { guides, axes, frame }: { guides: readonly Guide[]; axes: PanelAxes; frame: Frame },
): string[] {
  const symbols = series.flatMap(({ points, colour }, k) =>
    (placed[k]?.pixels ?? []).map((pixel, j) => ({ ...pixel, colour, point: points[j]! })),
  );
  const labels = symbols.flatMap(({ point: { label: words }, x, y, colour }) =>
    words === undefined ? [] : [{ words, x, y, colour }],
  );
  if (labels.length === 0) return [];
  const onX = axisPlaces(axes.x, frame.left, frame.right);
  const onY = axisPlaces(axes.y, frame.bottom, frame.top);
  const bars = symbols.map(({ x, point }) => {
    const { y, standardError = 0 } = point;
    return stroke(x, onY.pixel(barEnd(point, axes.y.scale)), x, onY.pixel(y + standardError));
  });
  const curves = series
    .filter(({ draw }) => draw === 'line')
    .flatMap(({ points }) => pairs(points))
    .map(([from, to]) => stroke(onX.pixel(from.x), onY.pixel(from.y), onX.pixel(to.x), onY.pixel(to.y)));
  const { left, right, top, bottom } = frame;
  const lines = guides.map(({ axis, at }) =>
    axis === 'x'
      ? stroke(onX.pixel(at), top, onX.pixel(at), bottom)
      : stroke(left, onY.pixel(at), right, onY.pixel(at)),
  );
  return pointLabels(labels, { points: symbols, strokes: [...bars, ...curves, ...lines] }, frame);
}

const stroke = (x1: number, y1: number, x2: number, y2: number): Stroke => [
  { x: x1, y: y1 },
  { x: x2, y: y2 },
];
