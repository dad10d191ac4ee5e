import * as Plot from '@observablehq/plot';
import { InvalidArgumentError } from '../errors.ts';
import { axisMarks, checkAxis, tickValues } from './axes.ts';
import { framedPlot } from './framedPlot.ts';
import { legendHeight, legendMarkup, legendRows } from './legend.ts';
import { noteMarkup, noteRoom } from './note.ts';
import { GUIDE_COLOUR, palette } from './palette.ts';
import type { Series } from './panels.ts';
import { type PictureOptions, unitsAcross } from './paper.ts';
import { GUIDE_DASHES, guideSample, seriesMarks, seriesSample } from './seriesMarks.ts';
import { merged, sideTitle, svgText, textMarkup } from './svgText.ts';
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
export interface ChoiceFigure extends PictureOptions {
  readonly panels: readonly ChoicePanel[];
  readonly yLabel: string;
  /** Of the symbols with bars, of the one that marks what was chosen, and of the level line; may hold `$TeX$`. */
  readonly legend: { readonly values: string; readonly chosen: string; readonly guide: string };
  /** The value of the level line, which is in sight. */
  readonly guide: number;
}

const MARGIN = { right: 16, left: 74 };
/** Height of a row's frames for screens and for print, and below them, for the labels and the title. */
const HEIGHT = { screen: 254, print: 190 };
const FOOT = 62;
/** Sizes of the type of a panel's values and of its title, and pixels from one level of labels to the next. */
const [LABEL, TITLE] = [13, 16];
const LEVEL = 16;
/** Least widths of a value and of a panel; of all panels, for the legend; and the room between words side by side. */
const PER_VALUE = 46;
const LEAST = 110;
const LEAST_OF_ALL = 560;
const GAP = 12;

/**
 * Panels side by side, one for each choice, with a symbol and an error bar above each of its values, as SVG source.
 * @throws InvalidArgumentError without panels, for values that are not finite, or a width without room
 */
export function choicePanels(figure: ChoiceFigure): string {
  const { panels, yLabel, legend, guide, note = '' } = figure;
  const across = unitsAcross(figure.width);
  if (panels.length === 0) throw new InvalidArgumentError('panels', panels, 'at least one choice');
  const ends = panels.flatMap(({ values }) =>
    values.flatMap(({ y, standardError, chosen = y }) => [y - standardError, y + standardError, chosen]),
  );
  const [low, high] = [Math.min(guide, ...ends), Math.max(guide, ...ends)];
  const margin = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  const y = { label: yLabel, scale: 'linear', domain: [Math.max(0, low - margin), high + margin] } as const;
  checkAxis('y', y);

  const rows = panelRows(panels, across && across - MARGIN.left - MARGIN.right);
  const inner = rows[0]!.at(-1)!.right;
  const width = MARGIN.left + inner + MARGIN.right;
  const look = { colour: palette.blue, draw: 'symbols' } as const;
  const chosen = { colour: palette.vermillion, draw: 'symbols', symbol: 'diamond' } as const;
  const legendLeft = across === undefined ? MARGIN.left : 8;
  const entries = legendRows(
    [
      [
        { label: legend.values, sample: sampleOf({ ...look, label: '', points: [] }) },
        { label: legend.chosen, sample: sampleOf({ ...chosen, label: '', points: [{ x: 0, y: 0 }] }) },
        { label: legend.guide, sample: (x: number, at: number) => guideSample(x, at, 'y', GUIDE_COLOUR) },
      ],
    ],
    width - legendLeft - 8,
  );
  const frameHeight = across === undefined ? HEIGHT.screen : HEIGHT.print;
  let foot = 20 + legendHeight(entries.length);
  const frames = rows.map((row) => {
    const top = foot;
    const levels = row.some(({ isStaggered }) => isStaggered) ? LEVEL : 0;
    foot = top + frameHeight + FOOT + levels + (across === undefined ? 0 : 4);
    return { row, top, bottom: top + frameHeight, title: top + frameHeight + 50 + levels };
  });
  const height = foot + noteRoom(note, width);
  const numbered = tickValues(y, frameHeight).numbered;
  const plots = frames.map(({ row, top, bottom }) => {
    const points = row.flatMap(({ values }) => values);
    const series: readonly Series[] = [
      { ...look, label: legend.values, points },
      {
        ...{ ...chosen, label: legend.chosen },
        points: points.flatMap((point) =>
          point.chosen === undefined ? [] : [{ x: point.x, y: point.chosen }],
        ),
      },
    ];
    const level = (values: readonly number[], stroke: string, strokeDasharray = 'none') =>
      Plot.ruleY(
        row.flatMap(({ left, right }) => values.map((at) => ({ at, left, right }))),
        { y: 'at', x1: 'left', x2: 'right', stroke, strokeDasharray },
      );
    return framedPlot({
      className: 'choices',
      width,
      height,
      around: { ...MARGIN, top, bottom: height - bottom },
      x: { domain: [0, inner], label: null, axis: null },
      y: { domain: y.domain, label: null },
      marks: [
        level(numbered, '#e4e4e4'),
        ...axisMarks('y', y, frameHeight),
        level([guide], GUIDE_COLOUR, GUIDE_DASHES),
        ...series.flatMap((one) =>
          seriesMarks(one, 'linear', { x: one.points.map(({ x }) => x), pixels: [] }),
        ),
        Plot.rect(row, {
          x1: 'left',
          x2: 'right',
          y1: y.domain[0],
          y2: y.domain[1],
          stroke: '#222',
          fill: 'none',
        }),
      ],
    });
  });
  const middle = (frames[0]!.top + frames.at(-1)!.bottom) / 2;
  return svgText(
    merged(plots),
    figure,
    [
      sideTitle(yLabel, middle, 17, 2 * Math.min(middle, foot - middle) - 8),
      ...frames.flatMap(({ row, bottom, title }) =>
        row.flatMap((panel) => [
          textMarkup(panel.title, {
            ...{ x: MARGIN.left + (panel.left + panel.right) / 2, y: title },
            ...{ anchor: 'middle', size: TITLE },
          }),
          ...panel.values.map(({ label, x }, i) =>
            textMarkup(label, {
              ...{ x: MARGIN.left + x, y: bottom + 20 + (panel.isStaggered && i % 2 === 1 ? LEVEL : 0) },
              ...{ anchor: 'middle', size: LABEL },
            }),
          ),
        ]),
      ),
      ...legendMarkup(entries, legendLeft),
      ...noteMarkup(note, width, foot),
    ],
    { width, height },
  );
}

const sampleOf =
  (series: Series) =>
  (x: number, y: number): string =>
    seriesSample(series, x, y);

/** A panel with the places of its ends and of its values, from the left end of its row. */
interface PlacedChoice extends Omit<ChoicePanel, 'values'> {
  readonly left: number;
  readonly right: number;
  readonly values: readonly (ChoiceValue & { readonly x: number })[];
  /** Whether every other label stands a level lower, since there is no room for all on one. */
  readonly isStaggered: boolean;
}

/** All panels in one row, or in as few as have room in a width, which they then fill. */
function panelRows(panels: readonly ChoicePanel[], room: number | undefined): PlacedChoice[][] {
  const most = room ?? Number.POSITIVE_INFINITY;
  const sized = panels.map((panel) => {
    const { title, values } = panel;
    const widest = Math.max(...values.map(({ label }) => labelWidth(label, LABEL)));
    const needed = Math.max(PER_VALUE, widest + GAP) * values.length;
    const isStaggered = needed > most;
    const width = Math.max(LEAST, labelWidth(title, TITLE), isStaggered ? needed / 2 : needed);
    return { panel, isStaggered, width: Math.min(most, width) };
  });
  const rows: (typeof sized)[] = [];
  const lengthOf = (row: typeof sized): number =>
    row.reduce((sum, { width }) => sum + width, GAP * (row.length - 1));
  for (const one of sized) {
    const last = rows.at(-1);
    if (last && lengthOf([...last, one]) <= most) last.push(one);
    else rows.push([one]);
  }
  return rows.map((row) => {
    const gaps = GAP * (row.length - 1);
    const widths = lengthOf(row) - gaps;
    const stretch = room === undefined ? Math.max(1, LEAST_OF_ALL / widths) : (room - gaps) / widths;
    let at = -GAP;
    return row.map(({ panel, isStaggered, width }) => {
      const left = at + GAP;
      at = left + stretch * width;
      const place = (i: number): number => left + (stretch * width * (i + 0.5)) / panel.values.length;
      const values = panel.values.map((value, i) => ({ ...value, x: place(i) }));
      return { title: panel.title, left, right: at, values, isStaggered };
    });
  });
}
