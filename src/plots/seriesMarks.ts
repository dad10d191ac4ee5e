import * as Plot from '@observablehq/plot';
import type { AxisScale } from './axes.ts';
import type { PlacedSymbols } from './panelSymbols.ts';
import type { Series, SeriesPoint, SymbolName } from './panels.ts';

const LINE_WIDTH = 2;
/** Of lines that mark values. */
export const GUIDE_DASHES = '5,4';
const BAND_OPACITY = 0.16;

/** How measured points look: their radius in pixels, what fills them, and their opacity. */
const symbolLook = ({ emphasis = 'open', colour }: Series) =>
  emphasis === 'small' ? { r: 2.6, fill: colour, opacity: 0.75 } : { r: 4.2, fill: 'white', opacity: 1 };

/** Half the width of the outline. */
const HALF_OUTLINE = 0.9;

/** The radius of a circle as large as the symbol, with its outline, in pixels. */
export const symbolRadius = (series: Series): number => symbolLook(series).r + HALF_OUTLINE;

/** How far Plot's symbols, all of one area, reach to either side, in radii of that circle. */
const REACH: Readonly<Record<SymbolName, number>> = {
  circle: 1,
  square: 0.89,
  triangle: 1.35,
  diamond: 0.96,
  star: 1.6,
  cross: 1.19,
};

/** The same of a symbol with its outline, in pixels. */
export const symbolReach = (series: Series): number =>
  symbolLook(series).r * REACH[series.symbol ?? 'circle'] + HALF_OUTLINE;

/**
 * A series. A value that is not finite breaks a line, and a point that has one is left out.
 * @param scale of the y axis
 * @param placed where its symbols stand
 */
export function seriesMarks(series: Series, scale: AxisScale, placed?: PlacedSymbols): Plot.Markish[] {
  const { colour, draw, dashes, symbol = 'circle' } = series;
  if (draw === 'band')
    return [
      Plot.areaY(
        series.points.filter(({ x, y, top }) => [x, y, top].every(Number.isFinite)),
        { x: 'x', y1: 'y', y2: 'top', fill: colour, fillOpacity: BAND_OPACITY, clip: true },
      ),
    ];
  if (draw === 'line') {
    const points = series.points.map(({ x, y }) => ({ x: finite(x), y: finite(y) }));
    const look = { x: 'x', y: 'y', stroke: colour, strokeWidth: LINE_WIDTH, clip: true };
    return [Plot.line(points, dashes === undefined ? look : { ...look, strokeDasharray: dashes })];
  }
  const points = series.points.flatMap(({ y, standardError = 0 }, i) => {
    const x = placed?.x[i] ?? Number.NaN;
    return Number.isNaN(x) ? [] : [{ x, y, standardError }];
  });
  if (points.length === 0) return [];
  const { r, fill, opacity } = symbolLook(series);
  return [
    Plot.ruleX(points, {
      x: 'x',
      y1: (point: Required<SeriesPoint>) => barEnd(point, scale),
      y2: ({ y, standardError }: Required<SeriesPoint>) => y + standardError,
      stroke: colour,
      strokeWidth: 1.5,
      strokeOpacity: opacity,
      clip: true,
    }),
    // A symbol at the edge is drawn whole.
    Plot.dot(points, {
      x: 'x',
      y: 'y',
      symbol,
      r,
      stroke: colour,
      strokeWidth: 1.7,
      strokeOpacity: opacity,
      fill,
      fillOpacity: opacity,
    }),
  ];
}

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

/** On a logarithmic axis a bar that reaches below zero has no end; it leaves the picture instead. */
export const barEnd = (
  { y, standardError = 0 }: Pick<SeriesPoint, 'y' | 'standardError'>,
  scale: AxisScale,
): number => (scale === 'log' ? Math.max(y - standardError, y / 10) : y - standardError);

/** A line about a point, as SVG source: what a legend shows of a curve. */
export const lineSample = (x: number, y: number, colour: string, dashes?: string): string =>
  `<path d="M${x - 14},${y}h28" stroke="${colour}" stroke-width="${LINE_WIDTH}" fill="none"${dashes ? ` stroke-dasharray="${dashes}"` : ''}></path>`;

/** What a legend shows of a line that marks a value: upright or level as it is drawn. */
export const guideSample = (x: number, y: number, axis: 'x' | 'y', colour: string): string =>
  `<path d="${axis === 'x' ? `M${x},${y - 9}v18` : `M${x - 14},${y}h28`}" stroke="${colour}" stroke-width="1.5" fill="none" stroke-dasharray="${GUIDE_DASHES}"></path>`;

/** What a legend shows of a series about a point, as SVG source. */
export function seriesSample(series: Series, x: number, y: number): string {
  const { draw, colour, dashes } = series;
  if (draw === 'line') return lineSample(x, y, colour, dashes);
  if (draw === 'band')
    return `<rect x="${x - 14}" y="${y - 7}" width="28" height="14" fill="${colour}" fill-opacity="${BAND_OPACITY}"></rect>`;
  const { points } = series;
  const hasBars = points.length === 0 || points.some(({ standardError }) => standardError !== undefined);
  const bar = hasBars ? `<path d="M${x},${y - 9}v18" ${paintOf(series)}></path>` : '';
  return bar + symbolSample(series, x, y);
}

/** A symbol without an error bar. */
export function symbolSample(series: Series, x: number, y: number): string {
  const { symbol = 'circle' } = series;
  const { r } = symbolLook(series);
  const paint = paintOf(series);
  const path = (d: string): string => `<path d="${d}" ${paint}></path>`;
  const outlines: Readonly<Record<SymbolName, () => string>> = {
    circle: () => `<circle cx="${x}" cy="${y}" r="${r}" ${paint}></circle>`,
    square: () =>
      `<rect x="${x - r * 0.89}" y="${y - r * 0.89}" width="${r * 1.78}" height="${r * 1.78}" ${paint}></rect>`,
    diamond: () => path(`M${x},${y - r * 1.4}l${r},${r * 1.4}l${-r},${r * 1.4}l${-r},${-r * 1.4}z`),
    triangle: () => path(`M${x},${y - r * 1.2}l${r * 1.1},${r * 2}h${-r * 2.2}z`),
    star: () => path(starOutline(x, y, r * 1.5)),
    cross: () => {
      const a = r * 0.45;
      const [b, c] = [2 * a, r * 1.35 - a];
      return path(`M${x - a},${y - r * 1.35}h${b}v${c}h${c}v${b}h${-c}v${c}h${-b}v${-c}h${-c}v${-b}h${c}z`);
    },
  };
  return outlines[symbol]();
}

const paintOf = (series: Series): string => {
  const { fill, opacity } = symbolLook(series);
  return `stroke="${series.colour}" stroke-width="1.7" fill="${fill}" opacity="${opacity}"`;
};

/** Five points about a middle; the inner corners lie where the sides of a pentagram cross. */
function starOutline(x: number, y: number, r: number): string {
  const corners = Array.from({ length: 10 }, (_, k) => {
    const [angle, reach] = [(Math.PI * k) / 5, k % 2 === 0 ? r : r * 0.382];
    return `${(x + reach * Math.sin(angle)).toFixed(2)},${(y - reach * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${corners.join('L')}z`;
}
