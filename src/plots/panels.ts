import * as Plot from '@observablehq/plot';
import { InvalidArgumentError } from '../errors.ts';
import { type AxisOptions, axisMarks, checkAxis, type FigurePoint, tickValues } from './axes.ts';
import { framedPlot } from './framedPlot.ts';
import { legendHeight, legendMarkup, legendRows } from './legend.ts';
import { withDashes } from './lineDashes.ts';
import { noteMarkup, noteRoom } from './note.ts';
import { GUIDE_COLOUR } from './palette.ts';
import { type Frame, type PanelGrid, panelGrid } from './panelGrid.ts';
import { panelLegend } from './panelLegend.ts';
import { placedSymbols, symbolLabels } from './panelSymbols.ts';
import { type PictureOptions, unitsAcross } from './paper.ts';
import { GUIDE_DASHES, seriesMarks } from './seriesMarks.ts';
import { evenLines, fittingSize, merged, sideTitle, svgText, textMarkup } from './svgText.ts';

/** How a measured point is drawn. */
export type SymbolName = 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'cross';

/** A curve or a set of measured points in one panel. */
export interface Series {
  /** What its colour stands for in the legend, where equal labels of one colour stand once; may hold `$TeX$`. */
  readonly label: string;
  /**
   * What its way of drawing stands for, such as `theory` or `simulation, $d = 100$`: the legend then names the colours first
   * and each way once. Left out, the label says all.
   */
  readonly kind?: string;
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
  /**
   * Of lines: the lengths of dashes and gaps in pixels, as in `8,3`. Unless given, lines of several colours without symbols
   * have dashes of their own, so that they differ in grey too.
   */
  readonly dashes?: string;
  /** Of symbols: their shape; a circle unless said otherwise. */
  readonly symbol?: SymbolName;
  /** Of symbols: open ones (the default) stand out; small filled ones stay behind. */
  readonly emphasis?: 'open' | 'small';
}

/** A point of a series. */
export interface SeriesPoint extends FigurePoint {
  /** Half the length of the error bar, in the units of y; none when left out. */
  readonly standardError?: number;
  /** Words beside the point, where there is room; may hold `$TeX$`. */
  readonly label?: string;
  /** Of a band: its upper edge, where y is the lower one. */
  readonly top?: number;
}

/** One of the plots that stand side by side. */
export interface Panel {
  /** Above the panel; may hold `$TeX$`. */
  readonly title: string;
  /** Drawn in this order, so that later ones cover earlier ones. Symbols that would hide each other stand side by side. */
  readonly series: readonly Series[];
  /** Where its own vertical axis begins and ends; that of the figure unless given. */
  readonly yDomain?: readonly [number, number];
}

/** A dashed line across every panel, upright at a value of x or level at a value of y; none where that is out of sight. */
export interface Guide {
  /** The axis that it crosses. */
  readonly axis: 'x' | 'y';
  /** Its value on that axis. */
  readonly at: number;
  /** Its name in the legend; may hold `$TeX$`. */
  readonly label?: string;
  /** Grey unless given. */
  readonly colour?: string;
}

/** Curves and measured points in panels side by side, on shared axes. */
export interface PanelFigure extends PictureOptions {
  /** From left to right. */
  readonly panels: readonly Panel[];
  /** The horizontal axis of every panel. */
  readonly x: AxisOptions;
  /** The vertical axis of every panel. */
  readonly y: AxisOptions;
  /** Lines that mark values; none unless given. */
  readonly guides?: readonly Guide[];
}

/**
 * Panels side by side on shared axes, with one legend above them, as SVG source. It holds no fonts, and the same figure
 * gives the same bytes.
 * @param figure what is drawn; for screens the picture is as wide as its panels need, of 294 pixels each in height
 * @throws InvalidArgumentError without panels, for an axis that cannot be drawn, or for a width without room
 */
export function panelFigure(figure: PanelFigure): string {
  const { x, y, guides = [], note = '' } = figure;
  const panels = withDashes(figure.panels);
  const across = unitsAcross(figure.width);
  checkAxis('x', x);
  checkAxis('y', y);
  panels.forEach(({ yDomain }, i) => {
    if (yDomain) checkAxis(`panels[${i}].y`, { ...y, domain: yDomain });
  });
  if (panels.length === 0) throw new InvalidArgumentError('panels', panels, 'at least one panel');
  const axes = panels.map(({ yDomain = y.domain }) => ({ x, y: { ...y, domain: yDomain } }));
  const forPrint = across !== undefined && { width: across };
  const { width, panels: spaces } = panelGrid(panels, { top: 0, ...forPrint });
  const titles = titlesOver(panels, spaces[0]!.frame);
  const titleRows = Math.max(...titles.map(({ words }) => words.length));
  const narrow = forPrint && width < NARROW;
  const legendLeft = narrow ? 8 : LEFT;
  const rows = legendRows(
    panelLegend(
      panels,
      guides.filter((guide) => axes.some(sees(guide))),
    ),
    width - legendLeft - 8,
  );
  const top = (titleRows > 0 ? 23 + TITLE_ROW * titleRows : 22) + legendHeight(rows.length);
  const grid = panelGrid(panels, { top, titles: TITLE_ROW * titleRows, ...forPrint });
  const height = grid.bottom + FOOT + noteRoom(note, width);

  const drawn = panels.map((panel, i) => panelPlot(panel, axes[i]!, { guides, grid, i, width, height }));
  const { left, right } = grid;
  return svgText(
    merged(drawn.map(({ svg }) => svg)),
    figure,
    [
      textMarkup(x.label, {
        x: (left + right) / 2,
        y: grid.bottom + 44,
        anchor: 'middle',
        size: fittingSize(x.label, 17, 2 * (width - (left + right) / 2) - 16),
      }),
      sideTitle(y.label, (grid.top + grid.bottom) / 2, 17, grid.bottom - grid.top + 30),
      ...drawn.flatMap(({ captions }) => captions),
      ...titles.flatMap((title, i) => titleMarkup(title, grid.panels[i]!.frame)),
      ...legendMarkup(rows, legendLeft),
      ...noteMarkup(note, width, grid.bottom + FOOT),
    ],
    { width, height },
  );
}

interface Title {
  readonly words: readonly string[];
  readonly size: number;
}

/** Titles in one line over each panel, or in several where their type would be too small. */
function titlesOver(panels: readonly Panel[], { left, right }: Frame): Title[] {
  const sizes = panels.map(({ title }) => fittingSize(title, TITLE, right - left));
  const least = Math.min(...sizes);
  return panels.map(({ title }) => {
    if (least > LEAST_TITLE) return { words: title === '' ? [] : [title], size: least };
    return { words: evenLines(title, TITLE, right - left), size: TITLE };
  });
}

const titleMarkup = ({ words, size }: Title, { left, right, top }: Frame): string[] =>
  words.map((line, k) =>
    textMarkup(line, {
      x: (left + right) / 2,
      y: top - 10 - TITLE_ROW * (words.length - 1 - k),
      anchor: 'middle',
      size,
    }),
  );

/** Whether a guide is in sight of a panel's axes. */
const sees =
  ({ axis, at }: Guide) =>
  (axes: PanelAxes): boolean => {
    const [low, high] = axes[axis].domain;
    return at >= low && at <= high;
  };

/** Whether anything of a series is in sight: resvg aborts the process at a group of which its clip path leaves nothing. */
const isSeen = ({ points }: Series, axes: PanelAxes): boolean =>
  (['x', 'y'] as const).every((name) => {
    const tops = name === 'y' ? points.flatMap(({ top = [] }) => top) : [];
    const values = [...points.map((point) => point[name]), ...tops].filter(Number.isFinite);
    const [low, high] = axes[name].domain;
    return Math.min(...values) <= high && Math.max(...values) >= low;
  });

/** The axes of one panel. */
export interface PanelAxes {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
}

interface PanelPlace {
  readonly guides: readonly Guide[];
  readonly grid: PanelGrid;
  /** Which of the panels it is. */
  readonly i: number;
  /** Of the whole picture. */
  readonly width: number;
  readonly height: number;
}

/** One panel at its place in the picture: marks, and the words beside them. */
function panelPlot(panel: Panel, axes: PanelAxes, { guides, grid, i, width, height }: PanelPlace) {
  const { frame, hasXNumbers, hasYNumbers } = grid.panels[i]!;
  const { x, y } = axes;
  const series = panel.series.filter((one) => isSeen(one, axes));
  const placed = placedSymbols(series, axes, frame);
  const seen = guides.filter((guide) => sees(guide)(axes));
  const { left, right, top, bottom } = frame;
  const svg = framedPlot({
    className: 'panels',
    width,
    height,
    around: { left, right: width - right, top, bottom: height - bottom },
    x: { type: x.scale, domain: [...x.domain], label: null },
    y: { type: y.scale, domain: [...y.domain], label: null },
    marks: [
      Plot.gridY(tickValues(y, bottom - top).numbered, { stroke: '#e4e4e4', strokeOpacity: 1 }),
      ...axisMarks('x', x, right - left, { numbers: hasXNumbers }),
      ...axisMarks('y', y, bottom - top, { numbers: hasYNumbers }),
      ...seen.map(({ axis, at, colour = GUIDE_COLOUR }) =>
        (axis === 'x' ? Plot.ruleX : Plot.ruleY)([at], { stroke: colour, strokeDasharray: GUIDE_DASHES }),
      ),
      ...series.flatMap((one, k) => seriesMarks(one, y.scale, placed[k])),
      Plot.frame({ stroke: '#222' }),
    ],
  });
  return { svg, captions: symbolLabels(series, placed, { guides: seen, axes, frame }) };
}

/** Left of the first panel, for the numbers and the name of the vertical axis. */
const LEFT = 74;
/** Below the last panel, for the numbers and the name of the horizontal axis. */
const FOOT = 56;
/** Size of the type above a panel, and pixels from line to line. */
const TITLE = 16;
const LEAST_TITLE = 13;
const TITLE_ROW = 17;
/** Pictures narrower than this begin their legend at their edge. */
const NARROW = 600;
