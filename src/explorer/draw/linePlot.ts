import type { Axis } from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
import { coverFrame, gridLines } from './axes.ts';
import { curveAxes, NARROW, riskTicks } from './curveAxes.ts';
import { layer } from './layer.ts';
import { endLabels, rowLabels } from './lineLabels.ts';
import { markOf } from './marks.ts';
import { nullBand } from './nullBands.ts';
import type { Plane } from './plane.ts';
import { levelNote, squareLine } from './planeNotes.ts';
import { scaleOf } from './scale.ts';
import { FAR, type Outline, pathThrough, setSize, svg, vertical } from './svg.ts';

/** A line of the plot: a quantity along the axis. */
export interface Line {
  readonly quantity: string;
  readonly label: string;
  /** the label where there is little room */
  readonly short?: string;
  readonly points: readonly (readonly [at: number, value: number])[];
  /** its value at the place of the settings */
  readonly here: number;
  /** the same quantity in other circumstances, drawn thinner and without a mark */
  readonly faint?: boolean;
}

export interface LinePlotView {
  readonly axis: Extract<Axis, { kind: 'range' }>;
  readonly lines: readonly Line[];
  /** the settings' own place on the axis */
  readonly at: number;
  /** the largest value to show */
  readonly most: number;
  readonly title: string;
  /** a level across the plot, with words, and others where there is little room */
  readonly level?: { readonly value: number; readonly words: string; readonly short: string };
  /** where there are as many features as samples */
  readonly square?: number;
  /** from where to where nothing is learnt */
  readonly nothing?: readonly [number, number];
}

export interface LinePlot {
  readonly element: SVGSVGElement;
  draw(view: LinePlotView): void;
  resize(width: number, height: number): void;
  /** The axis value under a pixel, the nearest one outside the frame. */
  valueUnder(x: number): number | undefined;
}

/** Lines of several quantities along one axis, each with its label and its mark at the place of the settings. */
export function linePlot(): LinePlot {
  const [grid, axes] = [layer((at: Plane) => gridLines(at.y, riskTicks(at.y), at.frame)), layer(curveAxes)];
  const [notes, paths, words] = [svg('g'), svg('g'), svg('g')];
  const [here, labels] = [svg('g'), svg('g')];
  const clip = svg('rect');
  const element = svg(
    'svg',
    { class: 'plot' },
    svg('defs', {}, svg('clipPath', { id: 'line-clip' }, clip)),
    grid.element,
    svg('g', { 'clip-path': 'url(#line-clip)' }, notes, paths, words),
    axes.element,
    here,
    labels,
  );
  let [width, height] = [0, 0];
  let view: LinePlotView | undefined;
  let plane: Plane | undefined;
  const planeOf = kept(linePlane);
  const cover = kept(({ frame }: Plane) => coverFrame(clip, { ...frame, top: frame.top - 1 }));

  function draw(next: LinePlotView): void {
    view = next;
    if (width === 0) return;
    const { axis, lines, most } = next;
    plane = planeOf(width, height, axis, most, Math.max(...lines.map(({ label }) => label.length)));
    const { frame, x, y } = plane;
    cover(plane);
    grid.draw(plane);
    axes.draw(plane, axis, width, height, next.title);
    const outlines = lines.map(({ points }) =>
      points.map(([at, value]) => [x.pixel(at), Math.max(FAR, y.pixel(value))] as const),
    );
    paths.replaceChildren(
      ...lines.map(({ quantity, faint }, i) =>
        svg('path', { class: `curve ${quantity}${faint ? ' faint' : ''}`, d: pathThrough(outlines[i]!) }),
      ),
    );
    const found = notesOf(plane, next, outlines);
    // Words lie over the lines, everything else under them.
    notes.replaceChildren(...found.filter(({ tagName }) => tagName !== 'text'));
    words.replaceChildren(...found.filter(({ tagName }) => tagName === 'text'));
    const at = x.pixel(next.at);
    here.replaceChildren(
      vertical('mark width-mark', at, frame.top, frame.bottom),
      ...lines
        .filter(({ here, faint }) => !faint && Number.isFinite(here) && here <= most)
        .map(({ quantity, here }) => markOf(quantity, at, y.pixel(here))),
    );
    labels.replaceChildren(...(width < NARROW ? rowLabels(plane, lines) : endLabels(plane, lines)));
  }

  return {
    element,
    draw,
    resize(w, h) {
      [width, height] = [w, h];
      setSize(element, w, h);
      if (view) draw(view);
    },
    valueUnder(pixel) {
      if (!plane || !view) return undefined;
      const { frame, x } = plane;
      return x.value(Math.min(frame.right, Math.max(frame.left, pixel)));
    },
  };
}

/** Where lines up to `most` are drawn in a picture of that size, with room for labels of so many letters. */
function linePlane(
  width: number,
  height: number,
  axis: LinePlotView['axis'],
  most: number,
  letters: number,
): Plane {
  const roomy = width >= NARROW;
  const frame = {
    left: 58,
    right: width - (roomy ? 24 + 7.6 * letters : 12),
    top: roomy ? 14 : 30,
    bottom: height - 52,
  };
  return {
    frame,
    x: scaleOf(axis.scale, [axis.from, axis.to], [frame.left, frame.right]),
    y: scaleOf('linear', [0, most], [frame.bottom, frame.top]),
  };
}

/** Pixels of the words beside a level, and of the short ones. */
const LEVEL_WORDS = 165;
const SHORT_WORDS = 36;

function notesOf(
  plane: Plane,
  { at: here, level, square, nothing }: LinePlotView,
  outlines: readonly Outline[],
): SVGElement[] {
  const { frame, x } = plane;
  const found = nothing ? nullBand(plane, ...nothing, here) : [];
  if (level) {
    const words = [
      { parts: [level.words], length: LEVEL_WORDS },
      { parts: [level.short], length: SHORT_WORDS },
    ];
    found.push(...levelNote(plane, level.value, words, outlines, [here, square]));
  }
  if (square !== undefined) {
    const at = x.pixel(square);
    // At the foot, where no peak is, and beside the mark of the settings where that is near.
    const leftwards = x.pixel(here) > at && x.pixel(here) < at + 60;
    found.push(...squareLine(frame, at, leftwards, frame.bottom - 9));
  }
  return found;
}
