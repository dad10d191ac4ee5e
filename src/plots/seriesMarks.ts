import * as Plot from '@observablehq/plot';
import type { AxisScale } from './axes.ts';
import type { Series, SeriesPoint } from './panels.ts';

const LINE_WIDTH = 2;
const DASHES = '6,4';
const BAND_OPACITY = 0.16;

/** How measured points look: their radius in pixels, what fills them, and their opacity. */
const symbolLook = ({ emphasis = 'open', colour }: Series) =>
  emphasis === 'small' ? { r: 2.6, fill: colour, opacity: 0.55 } : { r: 4.2, fill: 'white', opacity: 1 };

/**
 * A series in the panel of that number. A value that is not finite breaks a line, and a point that has one is left out.
 * @param scale of the y axis
 */
export function seriesMarks(series: Series, panel: string, scale: AxisScale): Plot.Markish[] {
  const { colour, draw, dashed, symbol = 'circle' } = series;
  const points = series.points.map(({ x, y, standardError = 0 }) => ({
    x: Number.isFinite(x) ? x : Number.NaN,
    y: Number.isFinite(y) ? y : Number.NaN,
    standardError,
  }));
  if (draw === 'band')
    return [
      Plot.areaY(
        series.points.filter(({ x, y, top }) => [x, y, top].every(Number.isFinite)),
        { x: 'x', y1: 'y', y2: 'top', fx: () => panel, fill: colour, fillOpacity: BAND_OPACITY, clip: true },
      ),
    ];
  const place = { x: 'x', fx: () => panel, stroke: colour, clip: true };
  if (draw === 'line') {
    const dashes = dashed ? { strokeDasharray: DASHES } : {};
    return [Plot.line(points, { ...place, y: 'y', strokeWidth: LINE_WIDTH, ...dashes })];
  }
  const { r, fill, opacity } = symbolLook(series);
  return [
    Plot.ruleX(points, {
      ...place,
      y1: (point: Required<SeriesPoint>) => barEnd(point, scale),
      y2: ({ y, standardError }: Required<SeriesPoint>) => y + standardError,
      strokeWidth: 1.5,
      strokeOpacity: opacity,
    }),
    Plot.dot(points, {
      ...place,
      y: 'y',
      symbol,
      r,
      strokeWidth: 1.7,
      strokeOpacity: opacity,
      fill,
      fillOpacity: opacity,
    }),
  ];
}

/** On a logarithmic axis a bar that reaches below zero has no end; it leaves the picture instead. */
const barEnd = ({ y, standardError }: Required<SeriesPoint>, scale: AxisScale): number =>
  scale === 'log' ? Math.max(y - standardError, y / 10) : y - standardError;

/** A line about a point, as SVG source: what a legend shows of a curve. */
export const lineSample = (x: number, y: number, colour: string, dashes?: string): string =>
  `<path d="M${x - 14},${y}h28" stroke="${colour}" stroke-width="${LINE_WIDTH}" fill="none"${dashes ? ` stroke-dasharray="${dashes}"` : ''}></path>`;

/** What a legend shows of a series about a point, as SVG source. */
export function seriesSample(series: Series, x: number, y: number): string {
  const { draw, colour, dashed, symbol = 'circle' } = series;
  if (draw === 'line') return lineSample(x, y, colour, dashed ? DASHES : undefined);
  if (draw === 'band')
    return `<rect x="${x - 14}" y="${y - 7}" width="28" height="14" fill="${colour}" fill-opacity="${BAND_OPACITY}"></rect>`;
  const { r, fill, opacity } = symbolLook(series);
  const paint = `stroke="${colour}" stroke-width="1.7" fill="${fill}" opacity="${opacity}"`;
  const outlines = {
    circle: `<circle cx="${x}" cy="${y}" r="${r}" ${paint}></circle>`,
    square: `<rect x="${x - r * 0.89}" y="${y - r * 0.89}" width="${r * 1.78}" height="${r * 1.78}" ${paint}></rect>`,
    diamond: `<path d="M${x},${y - r * 1.4}l${r},${r * 1.4}l${-r},${r * 1.4}l${-r},${-r * 1.4}z" ${paint}></path>`,
    triangle: `<path d="M${x},${y - r * 1.2}l${r * 1.1},${r * 2}h${-r * 2.2}z" ${paint}></path>`,
  };
  return `<path d="M${x},${y - 9}v18" ${paint}></path>${outlines[symbol]}`;
}
