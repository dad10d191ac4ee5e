import * as Plot from '@observablehq/plot';
import { InvalidArgumentError } from '../errors.ts';
import { axisMarks, checkAxis } from './axes.ts';
import { framedPlot } from './framedPlot.ts';
import { legendHeight, legendMarkup, legendRows } from './legend.ts';
import { noteMarkup, noteRoom } from './note.ts';
import type { SymbolName } from './panels.ts';
import { type PictureOptions, unitsAcross } from './paper.ts';
import { symbolSample } from './seriesMarks.ts';
import { fittingSize, svgText, textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

/** A value of a named thing. */
export interface RowValue {
  /** Along the axis. */
  readonly value: number;
  /** Half the length of the error bar; none when left out, or not a number. */
  readonly standardError?: number;
}

/** Values of every row, which the legend names. */
export interface RowSeries {
  /** May hold `$TeX$`. */
  readonly label: string;
  readonly colour: string;
  /** A circle unless given. */
  readonly symbol?: SymbolName;
}

/** Named things below each other, each with a value of every series along one axis. */
export interface RowsFigure extends PictureOptions {
  /** From top to bottom; names are plain text. */
  readonly rows: readonly { readonly name: string; readonly values: readonly RowValue[] }[];
  /** What the values of a row are, in their order. */
  readonly series: readonly RowSeries[];
  /** Of the axis; may hold `$TeX$`. */
  readonly label: string;
}

/** Pixels of the frame for screens. */
const WIDTH = 460;
const ROW = 30;
const MARGIN = { right: 20, bottom: 56 };
const SIZE = 14;
/** Pixels between the values of one row. */
const APART = 9;
/** Share of a printed width that names may take. */
const NAMES = 0.4;

/**
 * Values of named things, such as columns of a table, with error bars of one standard error, as SVG source.
 * @throws InvalidArgumentError without rows or series, for a row that has not a value of each, or a width without room
 */
export function rowsFigure(figure: RowsFigure): string {
  const { rows, series, label, note = '' } = figure;
  const across = unitsAcross(figure.width);
  if (rows.length === 0) throw new InvalidArgumentError('rows', rows, 'at least one row');
  const wrong = rows.find(({ values }) => values.length !== series.length || series.length === 0);
  if (wrong)
    throw new InvalidArgumentError('rows', wrong, `${series.length} values a row, one of each series`);
  const bars = rows.flatMap(({ values }, row) =>
    values.map(({ value, standardError = 0 }, k) => {
      const half = Number.isFinite(standardError) ? standardError : 0;
      return { row: String(row), k, value, low: value - half, high: value + half };
    }),
  );
  const ends = bars.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const margin = 0.04 * (high - low || 1);
  const axis = { label, scale: 'linear', domain: [low - margin, high + margin] } as const;
  checkAxis('x', axis);
  // A dollar sign would begin a formula.
  const names = rows.map(({ name }) => shortened(name.replaceAll('$', ''), NAMES * (across ?? Infinity)));
  const left = 24 + Math.max(...names.map((name) => labelWidth(name, SIZE)));
  const width = across ?? left + WIDTH + MARGIN.right;
  const frameWidth = width - left - MARGIN.right;
  const legendLeft = across === undefined ? left : 8;
  const entries = series.map((one) => ({
    label: one.label,
    sample: (x: number, y: number) => rowSample(one, x, y),
  }));
  const legend = legendRows([entries], width - legendLeft - 8);
  const top = 18 + legendHeight(legend.length);
  const foot = top + ROW * rows.length + MARGIN.bottom;
  const height = foot + noteRoom(note, width);
  const marks = series.flatMap(({ colour, symbol = 'circle' }, k) => {
    const own = bars.filter((bar) => bar.k === k && Number.isFinite(bar.value));
    const shared = { y: 'row', stroke: colour, dy: (k - (series.length - 1) / 2) * APART } as const;
    return [
      Plot.ruleY(own, { ...shared, x1: 'low', x2: 'high', strokeWidth: 1.5 }),
      Plot.dot(own, { ...shared, x: 'value', r: 4, symbol, fill: 'white', strokeWidth: 1.7 }),
    ];
  });
  const svg = framedPlot({
    className: 'rows',
    width,
    height,
    around: { top, left, right: MARGIN.right, bottom: height - foot + MARGIN.bottom },
    x: { type: 'linear', domain: [...axis.domain], label: null },
    y: { type: 'band', domain: rows.map((_, i) => String(i)), label: null, axis: null },
    marks: [
      Plot.ruleX([0], { stroke: '#9a9a9a', strokeDasharray: '5,4' }),
      ...axisMarks('x', axis, frameWidth),
      Plot.axisY({
        tickFormat: (row: string) => names[Number(row)]!,
        tickSize: 0,
        fontSize: SIZE,
        label: null,
      }),
      Plot.frame({ stroke: '#222' }),
      ...marks,
    ],
  });
  const size = fittingSize(label, 17, width - 16);
  // In the middle of the frame, unless it would leave the picture.
  const middle = Math.min(left + frameWidth / 2, width - 8 - labelWidth(label, size) / 2);
  return svgText(
    svg,
    figure,
    [
      textMarkup(label, { x: middle, y: foot - 12, anchor: 'middle', size }),
      ...legendMarkup(legend, legendLeft),
      ...noteMarkup(note, width, foot),
    ],
    { width, height },
  );
}

/** What the legend shows of a series: its symbol on a bar, which lies as bars do here. */
const rowSample = ({ colour, symbol = 'circle' }: RowSeries, x: number, y: number): string =>
  `<path d="M${x - 12},${y}h24" stroke="${colour}" stroke-width="1.5"></path>` +
  symbolSample({ label: '', colour, symbol, draw: 'symbols', points: [] }, x, y);

/** Characters of a name that a picture has room for. */
const LONGEST = 28;

/** A name of no more than so many characters, nor wider than `room`. */
function shortened(name: string, room: number): string {
  const cut = (length: number): string => (name.length <= length ? name : `${name.slice(0, length - 3)}...`);
  let length = LONGEST;
  while (length > 4 && labelWidth(cut(length), SIZE) > room) length--;
  return cut(length);
}
