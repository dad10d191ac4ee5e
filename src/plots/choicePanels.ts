import * as Plot from '@observablehq/plot';
import { InvalidArgumentError } from '../errors.ts';
import { axisMarks, checkAxis } from './axes.ts';
import { legendRow } from './legend.ts';
import { palette } from './palette.ts';
import type { Series } from './panels.ts';
import { seriesMarks, seriesSample } from './seriesMarks.ts';
import { emptyDocument, INK, svgText, textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

/** The values of one choice, in order, each with what it comes to. */
export interface ChoicePanel {
  /** What is chosen; may hold `$TeX$`. */
  readonly title: string;
  readonly values: readonly ChoiceValue[];
}

/** A value of a choice. */
export interface ChoiceValue {
  /** As it stands below the axis. */
  readonly label: string;
  readonly y: number;
  /** Half the length of the error bar. */
  readonly standardError: number;
  /** Where what was chosen lies, at the value that was chosen. */
  readonly chosen?: number;
}

/** One panel for each choice, on one vertical axis. */
export interface ChoiceFigure {
  readonly panels: readonly ChoicePanel[];
  readonly yLabel: string;
  /** Of the symbols with bars, of the one that marks what was chosen, and of the bars; may hold `$TeX$`. */
  readonly legend: { readonly values: string; readonly chosen: string; readonly bars: string };
  /** A level line; none where it is out of sight. */
  readonly guide?: number;
  /** What is drawn, in words. */
  readonly description: string;
}

const SIZE = { top: 64, right: 16, bottom: 62, left: 74, height: 380 };
/** Sizes of the type of a panel's values and of its title. */
const [LABEL, TITLE] = [13, 16];
/** Least widths of a value and of a panel; of all panels, for the legend; and the room between words side by side. */
const PER_VALUE = 46;
const LEAST = 110;
const LEAST_OF_ALL = 560;
const GAP = 12;

/**
 * Panels side by side, one for each choice, with a symbol and an error bar above each of its values, as SVG source.
 * @throws InvalidArgumentError without panels, or for values that are not finite
 */
export function choicePanels({ panels, yLabel, legend, guide, description }: ChoiceFigure): string {
  if (panels.length === 0) throw new InvalidArgumentError('panels', panels, 'at least one choice');
  const all = panels.flatMap(({ values }) => values);
  const ends = all.flatMap(({ y, standardError, chosen = y }) => [
    y - standardError,
    y + standardError,
    chosen,
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  const y = { label: yLabel, scale: 'linear', domain: [Math.max(0, low - margin), high + margin] } as const;
  checkAxis('y', y);
  // Along one axis for all panels: panel after panel, a step for each value.
  const needed = panels.map(({ title, values }) => {
    const perValue = Math.max(PER_VALUE, ...values.map(({ label }) => labelWidth(label, LABEL) + GAP));
    return Math.max(LEAST, labelWidth(title, TITLE), perValue * values.length);
  });
  const stretch = Math.max(1, LEAST_OF_ALL / needed.reduce((sum, width) => sum + width));
  const widths = needed.map((width) => stretch * width);
  const lefts = widths.map((_, k) => widths.slice(0, k).reduce((sum, width) => sum + width + GAP, 0));
  const inner = lefts.at(-1)! + widths.at(-1)!;
  const placed = panels.map(({ title, values }, k) => {
    const at = (i: number): number => lefts[k]! + (widths[k]! * (i + 0.5)) / values.length;
    return {
      title,
      left: lefts[k]!,
      right: lefts[k]! + widths[k]!,
      values: values.map((value, i) => ({ ...value, x: at(i) })),
    };
  });
  const points = placed.flatMap(({ values }) => values);
  const series: readonly Series[] = [
    { label: legend.values, colour: palette.blue, draw: 'symbols', points },
    {
      ...{ label: legend.chosen, colour: palette.vermillion, draw: 'symbols', symbol: 'diamond' },
      points: points.flatMap(({ x, chosen }) => (chosen === undefined ? [] : [{ x, y: chosen }])),
    },
  ];
  const upwards = SIZE.height - SIZE.top - SIZE.bottom;
  const [bottom, top] = y.domain;
  const svg = Plot.plot({
    document: emptyDocument(),
    className: 'choices',
    width: SIZE.left + inner + SIZE.right,
    height: SIZE.height,
    marginTop: SIZE.top,
    marginRight: SIZE.right,
    marginBottom: SIZE.bottom,
    marginLeft: SIZE.left,
    style: { fontSize: '15px', background: 'white', color: INK },
    x: { domain: [0, inner], label: null, axis: null },
    y: { domain: [bottom, top], label: null },
    marks: [
      ...axisMarks('y', y, upwards),
      ...(guide !== undefined && guide >= bottom && guide <= top
        ? [Plot.ruleY([guide], { stroke: '#9a9a9a', strokeDasharray: '5,4' })]
        : []),
      ...series.flatMap((one) => seriesMarks(one, 'linear', { x: one.points.map(({ x }) => x), pixels: [] })),
      Plot.rect(placed, { x1: 'left', x2: 'right', y1: bottom, y2: top, stroke: '#222', fill: 'none' }),
    ],
  });
  const base = SIZE.height - SIZE.bottom;
  const middle = SIZE.top + upwards / 2;
  return svgText(svg, { description }, [
    textMarkup(yLabel, { transform: `translate(20,${middle}) rotate(-90)`, anchor: 'middle', size: 17 }),
    ...placed.map(({ title, left, right }) =>
      textMarkup(title, {
        x: SIZE.left + (left + right) / 2,
        y: SIZE.height - 12,
        anchor: 'middle',
        size: TITLE,
      }),
    ),
    ...points.map(({ label, x }) =>
      textMarkup(label, { x: SIZE.left + x, y: base + 20, anchor: 'middle', size: LABEL }),
    ),
    legendRow(
      series.map((one) => ({
        label: one.label,
        sample: (x: number, at: number) => seriesSample(one, x, at),
      })),
      SIZE.left,
      16,
    ),
    textMarkup(legend.bars, { x: SIZE.left, y: 46, size: 15 }),
  ]);
}
