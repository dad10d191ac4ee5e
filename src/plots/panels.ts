import * as Plot from '@observablehq/plot';
import { group } from 'd3-array';
import { InvalidArgumentError } from '../errors.ts';
import { type AxisOptions, axisMarks, checkAxis, type FigurePoint, tickValues } from './axes.ts';
import { legendRow } from './legend.ts';
import { seriesMarks, seriesSample } from './seriesMarks.ts';
import { emptyDocument, INK, svgText, textMarkup } from './svgText.ts';

/** How a measured point is drawn. */
export type SymbolName = 'circle' | 'square' | 'triangle' | 'diamond';

/** A curve or a set of measured points in one panel. */
export interface Series {
  /** Its name in the legend, where equal labels of one colour stand once; may hold `$TeX$`. */
  readonly label: string;
  /** Any colour of SVG; {@link palette} has some that colour-blind readers can tell apart. */
  readonly colour: string;
  /** Along a line: in order. A value that is not finite breaks the line. */
  readonly points: readonly SeriesPoint[];
  /**
   * Curves are drawn as lines; measurements as symbols with error bars of one standard error; intervals as a band, which is
   * to come before the line that it belongs to.
   */
  readonly draw: 'line' | 'symbols' | 'band';
  /** Of lines: broken. */
  readonly dashed?: boolean;
  /** Of symbols: their shape; a circle unless said otherwise. */
  readonly symbol?: SymbolName;
  /** Of symbols: open ones (the default) stand out; small filled ones stay behind. */
  readonly emphasis?: 'open' | 'small';
}

/** A point of a series. */
export interface SeriesPoint extends FigurePoint {
  /** Half the length of the error bar, in the units of y; none when left out. */
  readonly standardError?: number;
  /** Of a band: its upper edge, where y is the lower one. */
  readonly top?: number;
}

/** One of the plots that stand side by side. */
export interface Panel {
  /** Above the panel; may hold `$TeX$`. */
  readonly title: string;
  /** Drawn in this order, so that later ones cover earlier ones. */
  readonly series: readonly Series[];
}

/** A dashed line across every panel, upright at a value of x or level at a value of y; none where that is out of sight. */
export interface Guide {
  /** The axis that it crosses. */
  readonly axis: 'x' | 'y';
  /** Its value on that axis. */
  readonly at: number;
}

/** Curves and measured points in panels side by side, on shared axes. */
export interface PanelFigure {
  /** From left to right. */
  readonly panels: readonly Panel[];
  /** The horizontal axis of every panel. */
  readonly x: AxisOptions;
  /** The vertical axis of every panel. */
  readonly y: AxisOptions;
  /** What is drawn, in words, for those who cannot see it; the title of a PDF. */
  readonly description: string;
  /** Lines that mark values; none unless given. */
  readonly guides?: readonly Guide[];
}

/** Of one panel, by how many stand side by side. */
const panelWidth = (panels: number): number => (panels === 1 ? 520 : panels === 2 ? 380 : 290);
const PADDING = 0.08;
const HEIGHT = 350;
const LEGEND_ROW = 22;
const MARGIN = { top: 40, right: 16, bottom: 56, left: 74 };

/**
 * Panels side by side on shared axes, with one legend above them that has a row for each colour, as SVG source. It holds
 * no fonts, and the same figure gives the same bytes.
 * @param figure what is drawn; the picture is as wide as its panels need, with 350 pixels of height below the legend
 * @throws InvalidArgumentError without panels, or for an axis that cannot be drawn
 */
export function panelFigure(figure: PanelFigure): string {
  const { panels, x, y, guides = [], description } = figure;
  checkAxis('x', x);
  checkAxis('y', y);
  if (panels.length === 0) throw new InvalidArgumentError('panels', panels, 'at least one panel');
  const isSeen = ({ axis, at }: Guide): boolean => {
    const [low, high] = { x, y }[axis].domain;
    return at >= low && at <= high;
  };
  // resvg aborts the process at a group of which its clip path leaves nothing.
  const meets = ({ points }: Series): boolean =>
    (['x', 'y'] as const).every((name) => {
      const tops = name === 'y' ? points.flatMap(({ top = [] }) => top) : [];
      const values = points
        .map((point) => point[name])
        .concat(tops)
        .filter(Number.isFinite);
      const [low, high] = { x, y }[name].domain;
      return Math.min(...values) <= high && Math.max(...values) >= low;
    });
  const rows = legendRows(panels);
  const inner = panels.length * panelWidth(panels.length);
  const top = MARGIN.top + LEGEND_ROW * rows.length;
  const height = top + HEIGHT;
  const [across, upwards] = [panelWidth(panels.length) * (1 - PADDING), HEIGHT - MARGIN.bottom];
  const svg = Plot.plot({
    document: emptyDocument(),
    // Plot would make up a random name, and the file would differ from run to run.
    className: 'panels',
    width: MARGIN.left + inner + MARGIN.right,
    height,
    marginTop: top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: { fontSize: '15px', background: 'white', color: INK },
    // Panels go by their number, since two of them may have the same title.
    fx: { domain: panels.map((_, i) => String(i)), label: null, padding: PADDING, axis: null },
    x: { type: x.scale, domain: [...x.domain], label: null },
    y: { type: y.scale, domain: [...y.domain], label: null },
    marks: [
      Plot.gridY(tickValues(y, upwards).numbered, { stroke: '#e4e4e4', strokeOpacity: 1 }),
      ...axisMarks('x', x, across),
      ...axisMarks('y', y, upwards),
      ...guides
        .filter(isSeen)
        .map(({ axis, at }) =>
          (axis === 'x' ? Plot.ruleX : Plot.ruleY)([at], { stroke: '#9a9a9a', strokeDasharray: '5,4' }),
        ),
      ...panels.flatMap(({ series }, i) =>
        series.filter(meets).flatMap((one) => seriesMarks(one, String(i), y.scale)),
      ),
      Plot.frame({ stroke: '#222' }),
      Plot.text(panels, {
        fx: (_, i) => String(i),
        text: 'title',
        frameAnchor: 'top',
        dy: -20,
        fontSize: 16,
      }),
    ],
  });
  const middle = top + upwards / 2;
  return svgText(svg, description, [
    textMarkup(x.label, { x: MARGIN.left + inner / 2, y: height - 12, anchor: 'middle', size: 17 }),
    textMarkup(y.label, { transform: `translate(20,${middle}) rotate(-90)`, anchor: 'middle', size: 17 }),
    ...rows.map((row, i) => legendRow(row, MARGIN.left, 16 + LEGEND_ROW * i)),
  ]);
}

/** A row for each colour: every label once, with its line or its symbol. */
const legendRows = (panels: readonly Panel[]) =>
  [
    ...group(
      panels.flatMap(({ series }) => series),
      ({ colour }) => colour,
    ).values(),
  ].map((row) =>
    [...new Map(row.map((series) => [series.label, series])).values()].map((series) => ({
      label: series.label,
      sample: (x: number, y: number) => seriesSample(series, x, y),
    })),
  );
