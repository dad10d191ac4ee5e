import * as Plot from '@observablehq/plot';
import { ticks } from 'd3-array';
import { InvalidArgumentError } from '../errors.ts';
import { type AxisOptions, axisMarks, checkAxis, type FigurePoint, plainNumber } from './axes.ts';
import { legendRow } from './legend.ts';
import { lineSample } from './seriesMarks.ts';
import { emptyDocument, INK, svgText, textMarkup } from './svgText.ts';
import { axisTicks } from './ticks.ts';

/** A quantity over a rectangle as colours, with lines and measured values on it. */
export interface SurfaceFigure {
  /** values[j][i] at y_j, x_i, both evenly spaced on the scales of their axes from one end of the domain to the other. */
  readonly values: readonly (readonly number[])[];
  /** The horizontal axis. */
  readonly x: AxisOptions;
  /** The vertical axis. */
  readonly y: AxisOptions;
  /** What the colour means; may hold `$TeX$`. */
  readonly label: string;
  /** The value at which the colour turns: below it blue, above it red. */
  readonly pivot: number;
  /** Lines over the surface, with a legend above it; none unless given. */
  readonly lines?: readonly SurfaceLine[];
  /** Measured values, filled with the same colours: a spot that disagrees stands out from its surroundings. */
  readonly spots?: readonly SurfaceSpot[];
  /** What is drawn, in words, for those who cannot see it; the title of a PDF. */
  readonly description: string;
}

/** A line over a surface. */
export interface SurfaceLine {
  /** Its name in the legend; may hold `$TeX$`. */
  readonly label: string;
  /** In the order in which the line runs through them. */
  readonly points: readonly FigurePoint[];
}

/** A value that was measured at a point of a surface. */
export interface SurfaceSpot extends FigurePoint {
  /** In the units of the surface. */
  readonly value: number;
}

const SIZE = { width: 760, height: 520, top: 56, right: 132, bottom: 58, left: 78 };
const FRAME = { width: SIZE.width - SIZE.left - SIZE.right, height: SIZE.height - SIZE.top - SIZE.bottom };
/** About so many contours, and numbers beside the bar of colours. */
const LEVELS = 24;
const NUMBERS = 6;
const DASHES = ['none', '7,4', '2,3'];

/**
 * A surface as filled contours with lines and measured spots on it, beside a bar of its colours, as SVG source of 760 by
 * 520 pixels. It holds no fonts, and the same figure gives the same bytes.
 * @param figure what is drawn
 * @throws InvalidArgumentError for values that are no rectangle of finite numbers, or for an axis that cannot be drawn
 */
export function surfaceFigure(figure: SurfaceFigure): string {
  const { values, x, y, label, pivot, lines = [], spots = [], description } = figure;
  checkAxis('x', x);
  checkAxis('y', y);
  const flat = values.flat();
  const columns = values[0]?.length ?? 0;
  const rectangle = values.length > 1 && columns > 1 && values.every((row) => row.length === columns);
  if (!rectangle || !flat.every(Number.isFinite))
    throw new InvalidArgumentError('values', values, 'rows of equal length, two or more, of finite numbers');
  const domain = [Math.min(...flat), Math.max(...flat)] as const;
  // Contours are evenly spaced on linear scales only, so a logarithmic axis shows logarithms under its numbers.
  const placeOn = (axis: AxisOptions) => (value: number) => (axis.scale === 'log' ? Math.log(value) : value);
  const [onX, onY] = [placeOn(x), placeOn(y)];
  const at = { x: (p: FigurePoint) => onX(p.x), y: (p: FigurePoint) => onY(p.y) };
  const svg = Plot.plot({
    document: emptyDocument(),
    className: 'surface',
    width: SIZE.width,
    height: SIZE.height,
    marginTop: SIZE.top,
    marginRight: SIZE.right,
    marginBottom: SIZE.bottom,
    marginLeft: SIZE.left,
    style: { fontSize: '15px', background: 'white', color: INK },
    x: { domain: x.domain.map(onX), label: null },
    y: { domain: y.domain.map(onY), label: null },
    color: { type: 'diverging', scheme: 'RdBu', reverse: true, pivot, domain: [...domain] },
    marks: [
      Plot.contour(flat, {
        width: columns,
        height: values.length,
        ...span('x', x.domain.map(onX), columns),
        ...span('y', y.domain.map(onY), values.length),
        fill: (value: number) => value,
        thresholds: [domain[0], ...ticks(...domain, LEVELS)],
        stroke: '#00000022',
        clip: true,
      }),
      ...lines.map(({ points }, i) =>
        Plot.line(points, { ...at, strokeWidth: 2, strokeDasharray: dashesOf(i), clip: true }),
      ),
      Plot.dot(spots, { ...at, r: 8, fill: 'value', stroke: 'black', strokeWidth: 1.5 }),
      ...axisMarks('x', x, FRAME.width, onX),
      ...axisMarks('y', y, FRAME.height, onY),
      Plot.frame({ stroke: '#222' }),
    ],
  }) as Element & Plot.Plot;
  const { apply } = svg.scale('color')!;
  const [centre, middle] = [SIZE.left + FRAME.width / 2, SIZE.top + FRAME.height / 2];
  return svgText(svg, description, [
    textMarkup(x.label, { x: centre, y: SIZE.height - 12, anchor: 'middle', size: 16 }),
    textMarkup(y.label, { transform: `translate(20,${middle}) rotate(-90)`, anchor: 'middle', size: 16 }),
    legendRow(
      lines.map((line, i) => ({
        label: line.label,
        sample: (left, level) => lineSample(left, level, INK, dashesOf(i)),
      })),
      SIZE.left,
      20,
    ),
    colourBar(label, domain, (value) => String(apply(value))),
  ]);
}

/** Plot puts values at the middles of cells; with half a cell more at both ends the outer ones lie on the frame. */
function span<Name extends 'x' | 'y'>(name: Name, [from, to]: readonly number[], count: number) {
  const half = (to! - from!) / (count - 1) / 2;
  return { [`${name}1`]: from! - half, [`${name}2`]: to! + half } as Record<`${Name}${1 | 2}`, number>;
}

const dashesOf = (line: number): string => DASHES[line % DASHES.length]!;

/** The colours from the least to the greatest value, with round numbers beside them. */
function colourBar(
  label: string,
  [low, high]: readonly [number, number],
  colour: (value: number) => string,
): string {
  const [x, top, height, steps] = [SIZE.width - SIZE.right + 26, SIZE.top + 24, FRAME.height - 24, 60];
  const yOf = (value: number): number => top + (height * (high - value)) / (high - low);
  const boxes = Array.from({ length: steps }, (_, i) => {
    const value = low + ((high - low) * (i + 0.5)) / steps;
    const boxTop = top + height - ((i + 1) * height) / steps;
    return `<rect x="${x}" y="${boxTop}" width="18" height="${height / steps + 0.5}" fill="${colour(value)}"></rect>`;
  });
  const numbers = axisTicks('linear', [low, high], NUMBERS).map(({ at }) =>
    textMarkup(plainNumber(at), { x: x + 26, y: yOf(at) + 5, size: 14 }),
  );
  return [textMarkup(label, { x, y: top - 12, size: 15 }), ...boxes, ...numbers].join('');
}
