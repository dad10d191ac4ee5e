import * as Plot from '@observablehq/plot';
import { ticks } from 'd3-array';
import { InvalidArgumentError } from '../errors.ts';
import { type AxisOptions, axisMarks, checkAxis, type FigurePoint, tickLabel } from './axes.ts';
import { framedPlot } from './framedPlot.ts';
import { legendHeight, legendMarkup, legendRows } from './legend.ts';
import { noteMarkup, noteRoom } from './note.ts';
import { type PictureOptions, unitsAcross } from './paper.ts';
import { lineSample } from './seriesMarks.ts';
import { fittingSize, INK, sideTitle, svgText, textMarkup } from './svgText.ts';
import { axisTicks } from './ticks.ts';

/** A quantity over a rectangle as colours, with lines and measured values on it. */
export interface SurfaceFigure extends PictureOptions {
  /** values[j][i] at y_j, x_i, both evenly spaced on the scales of their axes from one end of the domain to the other. */
  readonly values: readonly (readonly number[])[];
  /** The horizontal axis. */
  readonly x: AxisOptions;
  /** The vertical axis. */
  readonly y: AxisOptions;
  /** What the colour means; may hold `$TeX$`. */
  readonly label: string;
  /** The value at which the colour turns: below it blue with broken contours, above it red with whole ones. */
  readonly pivot: number;
  /** Lines over the surface, with a legend above it; none unless given. */
  readonly lines?: readonly SurfaceLine[];
  /** Measured values, filled with the same colours: a spot that disagrees stands out from its surroundings. */
  readonly spots?: readonly SurfaceSpot[];
  /** What the spots are, for the legend; may hold `$TeX$`. */
  readonly spotsLabel?: string;
  /** The value at which the colours end: what is greater has the last of them, and the bar says so. */
  readonly cut?: number;
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

const MARGIN = { top: 36, right: 132, bottom: 58, left: 78 };
/** Pixels of a picture for screens. */
const SCREEN = { width: 760, height: 520 };
/** Height of the frame for print: as a share of its width, and at most. */
const SHAPE = { share: 0.8, most: 420 };
/** About so many contours, and numbers beside the bar of colours. */
const LEVELS = 24;
const NUMBERS = 6;
const DASHES = ['none', '7,4', '2,3'];
/** Dashes of the contours below the pivot: in grey, blue and red are alike. */
const BELOW = '3,2';

/**
 * A surface as filled contours with lines and measured spots on it, beside a bar of its colours, as SVG source; 760 pixels
 * wide for screens. It holds no fonts, and the same figure gives the same bytes.
 * @param figure what is drawn
 * @throws InvalidArgumentError for values that are no rectangle of finite numbers, for an axis that cannot be drawn, or for
 * a width without room
 */
export function surfaceFigure(figure: SurfaceFigure): string {
  const { x, y, label, pivot, cut, lines = [], spots = [], spotsLabel, note = '' } = figure;
  const forPrint = unitsAcross(figure.width);
  checkAxis('x', x);
  checkAxis('y', y);
  const all = figure.values.flat();
  const columns = figure.values[0]?.length ?? 0;
  const rectangle =
    figure.values.length > 1 && columns > 1 && figure.values.every((row) => row.length === columns);
  const expected = 'rows of equal length, two or more, of finite numbers';
  if (!rectangle || !all.every(Number.isFinite))
    throw new InvalidArgumentError('values', figure.values, expected);
  const flat = cut === undefined ? all : all.map((value) => Math.min(value, cut));
  const domain = [Math.min(...flat), Math.max(...flat)] as const;
  const isCut = cut !== undefined && all.some((value) => value > cut);

  const width = forPrint ?? SCREEN.width;
  const legend = [
    ...lines.map((line, i) => ({
      label: line.label,
      sample: (left: number, level: number) => lineSample(left, level, INK, dashesOf(i)),
    })),
    ...(spots.length > 0 && spotsLabel !== undefined ? [{ label: spotsLabel, sample: spotSample }] : []),
  ];
  const rows = legendRows([legend], width - MARGIN.left - 8);
  const top = MARGIN.top + legendHeight(Math.max(1, rows.length)) - 2;
  const right = width - MARGIN.right;
  const bottom =
    forPrint === undefined
      ? SCREEN.height - MARGIN.bottom
      : top + Math.min(SHAPE.most, SHAPE.share * (right - MARGIN.left));
  const frame = { left: MARGIN.left, right, top, bottom };
  const [across, upwards] = [right - MARGIN.left, bottom - top];
  const height = bottom + MARGIN.bottom + noteRoom(note, width);

  // Contours are evenly spaced on linear scales only, so a logarithmic axis shows logarithms under its numbers.
  const placeOn = (axis: AxisOptions) => (value: number) => (axis.scale === 'log' ? Math.log(value) : value);
  const [onX, onY] = [placeOn(x), placeOn(y)];
  const at = { x: (p: FigurePoint) => onX(p.x), y: (p: FigurePoint) => onY(p.y) };
  const grid = {
    width: columns,
    height: figure.values.length,
    ...span('x', x.domain.map(onX), columns),
    ...span('y', y.domain.map(onY), figure.values.length),
  };
  const levels = ticks(...domain, LEVELS);
  const svg = framedPlot({
    className: 'surface',
    width,
    height,
    around: { ...MARGIN, top, bottom: height - bottom },
    x: { domain: x.domain.map(onX), label: null },
    y: { domain: y.domain.map(onY), label: null },
    color: { type: 'diverging', scheme: 'RdBu', reverse: true, pivot, domain: [...domain] },
    marks: [
      Plot.contour(flat, {
        ...grid,
        fill: (value: number) => value,
        thresholds: [domain[0], ...levels],
        clip: true,
      }),
      ...contourLines(levels, pivot).map((contours) =>
        Plot.contour(flat, { ...grid, ...contours, stroke: '#00000044', clip: true }),
      ),
      ...lines.map(({ points }, i) =>
        Plot.line(points, { ...at, strokeWidth: 2, strokeDasharray: dashesOf(i), clip: true }),
      ),
      // A ring of white and one of ink about each spot, which has the colours of what surrounds it.
      Plot.dot(spots, { ...at, r: SPOT, fill: 'value', stroke: 'white', strokeWidth: 5 }),
      Plot.dot(spots, { ...at, r: SPOT, stroke: 'black', strokeWidth: 1.5 }),
      ...axisMarks('x', x, across, { place: onX }),
      ...axisMarks('y', y, upwards, { place: onY }),
      Plot.frame({ stroke: '#222' }),
    ],
  });
  const { apply } = svg.scale('color')!;
  return svgText(
    svg,
    figure,
    [
      textMarkup(x.label, {
        x: (frame.left + right) / 2,
        y: bottom + 46,
        anchor: 'middle',
        size: fittingSize(x.label, 16, width - 16),
      }),
      sideTitle(y.label, (top + bottom) / 2, 16, upwards + 30),
      ...legendMarkup(rows, MARGIN.left, 20),
      colourBar(label, { domain, isCut, frame }, (value) => String(apply(value))),
      ...noteMarkup(note, width, bottom + MARGIN.bottom),
    ],
    { width, height },
  );
}

/** Radius of a spot, in pixels. */
const SPOT = 7.5;

const spotSample = (x: number, y: number): string =>
  `<circle cx="${x}" cy="${y}" r="${SPOT - 1.5}" fill="#dddddd" stroke="black" stroke-width="1.5"></circle>`;

/** The levels on both sides of the pivot, as far as there are any, with the dashes of their contours. */
const contourLines = (levels: readonly number[], pivot: number) =>
  [
    { thresholds: levels.filter((level) => level >= pivot) },
    { thresholds: levels.filter((level) => level < pivot), strokeDasharray: BELOW },
  ].filter(({ thresholds }) => thresholds.length > 0);

/** Plot puts values at the middles of cells; with half a cell more at both ends the outer ones lie on the frame. */
function span<Name extends 'x' | 'y'>(name: Name, [from, to]: readonly number[], count: number) {
  const half = (to! - from!) / (count - 1) / 2;
  return { [`${name}1`]: from! - half, [`${name}2`]: to! + half } as Record<`${Name}${1 | 2}`, number>;
}

const dashesOf = (line: number): string => DASHES[line % DASHES.length]!;

interface BarPlace {
  readonly domain: readonly [number, number];
  /** Whether greater values have the colour of the greatest. */
  readonly isCut: boolean;
  /** Of the surface, to the left of it. */
  readonly frame: { readonly right: number; readonly top: number; readonly bottom: number };
}

/** The colours from the least to the greatest value, with round numbers beside them; pointed where greater values are cut. */
function colourBar(
  label: string,
  { domain: [low, high], isCut, frame }: BarPlace,
  colour: (value: number) => string,
): string {
  const steps = 60;
  const [x, top] = [frame.right + 26, frame.top + (isCut ? 42 : 24)];
  const height = frame.bottom - top;
  const yOf = (value: number): number => top + (height * (high - value)) / (high - low);
  const boxes = Array.from({ length: steps }, (_, i) => {
    const value = low + ((high - low) * (i + 0.5)) / steps;
    const boxTop = top + height - ((i + 1) * height) / steps;
    return `<rect x="${x}" y="${boxTop}" width="18" height="${height / steps + 0.5}" fill="${colour(value)}"></rect>`;
  });
  const numbers = axisTicks('linear', [low, high], Math.min(NUMBERS, Math.round(height / 45)))
    .filter(({ at }) => !isCut || yOf(at) > top + 12)
    .map(({ at }) => textMarkup(tickLabel(at), { x: x + 26, y: yOf(at) + 5, size: 14 }));
  const end = isCut
    ? [
        `<path d="M${x},${top}l9,-14l9,14z" fill="${colour(high)}"></path>`,
        textMarkup(`$> ${Number(high.toPrecision(3))}$`, { x: x + 26, y: top - 2, size: 14 }),
      ]
    : [];
  return [
    textMarkup(label, { x, y: top - (isCut ? 26 : 12), size: fittingSize(label, 15, MARGIN.right - 30) }),
    ...boxes,
    ...end,
    ...numbers,
  ].join('');
}
