import * as Plot from '@observablehq/plot';
import { InvalidArgumentError } from '../errors.ts';
import { axisMarks, checkAxis } from './axes.ts';
import { legendRow } from './legend.ts';
import { emptyDocument, INK, svgText, textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

/** A value of a named thing. */
export interface RowValue {
  /** Along the axis. */
  readonly value: number;
  /** Half the length of the error bar; none when left out, or not a number. */
  readonly standardError?: number;
}

/** Named things below each other, each with a value of every series along one axis. */
export interface RowsFigure {
  /** From top to bottom; names are plain text. */
  readonly rows: readonly { readonly name: string; readonly values: readonly RowValue[] }[];
  /** What the values of a row are, in their order; labels may hold `$TeX$`. */
  readonly series: readonly { readonly label: string; readonly colour: string }[];
  /** Of the axis; may hold `$TeX$`. */
  readonly label: string;
  /** What is drawn, in words, for those who cannot see it. */
  readonly description: string;
}

const WIDTH = 460;
const ROW = 30;
const MARGIN = { top: 40, right: 20, bottom: 56 };
const SIZE = 14;
/** Pixels between the values of one row. */
const APART = 9;

/**
 * Values of named things, such as columns of a table, with error bars of one standard error, as SVG source.
 * @throws InvalidArgumentError without rows or series, or for a row that has not a value of each
 */
export function rowsFigure({ rows, series, label, description }: RowsFigure): string {
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
  const names = rows.map(({ name }) => shortened(name.replaceAll('$', '')));
  const left = 24 + Math.max(...names.map((name) => labelWidth(name, SIZE)));
  const height = MARGIN.top + ROW * rows.length + MARGIN.bottom;
  const across = { y: 'row', stroke: ({ k }: { k: number }) => series[k]!.colour } as const;
  const marks = series.flatMap((_, k) => {
    const own = bars.filter((bar) => bar.k === k && Number.isFinite(bar.value));
    const dy = (k - (series.length - 1) / 2) * APART;
    return [
      Plot.ruleY(own, { ...across, x1: 'low', x2: 'high', dy, strokeWidth: 1.5 }),
      Plot.dot(own, { ...across, x: 'value', dy, r: 4, fill: 'white', strokeWidth: 1.7 }),
    ];
  });
  const svg = Plot.plot({
    document: emptyDocument(),
    className: 'rows',
    width: left + WIDTH + MARGIN.right,
    height,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: left,
    style: { fontSize: '15px', background: 'white', color: INK },
    x: { type: 'linear', domain: [...axis.domain], label: null },
    y: { type: 'band', domain: rows.map((_, i) => String(i)), label: null, axis: null },
    marks: [
      Plot.ruleX([0], { stroke: '#9a9a9a', strokeDasharray: '5,4' }),
      ...axisMarks('x', axis, WIDTH),
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
  return svgText(svg, { description }, [
    textMarkup(label, { x: left + WIDTH / 2, y: height - 12, anchor: 'middle', size: 17 }),
    legendRow(
      series.map(({ label: name, colour }) => ({
        label: name,
        sample: (x, y) =>
          `<path d="M${x - 12},${y}h24" stroke="${colour}" stroke-width="1.5"></path><circle cx="${x}" cy="${y}" r="4" stroke="${colour}" stroke-width="1.7" fill="white"></circle>`,
      })),
      left,
      16,
    ),
  ]);
}

/** Characters of a name that a picture has room for. */
const LONGEST = 28;
const shortened = (name: string): string =>
  name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 3)}...`;
