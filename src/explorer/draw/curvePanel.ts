import { wordsFor } from '../page/words.ts';
import { parameters, roundFor } from '../state/parameters.ts';
import { nothingRisk } from '../theory/ask.ts';
import type { RiskAt } from '../theory/curve.ts';
import { coverFrame, gridLines } from './axes.ts';
import { curveAxes, NARROW, riskTicks, slanted } from './curveAxes.ts';
import { labelsAbove, labelsBeside } from './curveLabels.ts';
import { curveNotes } from './curveNotes.ts';
import type { CurveView } from './curveView.ts';
import { errorBars } from './errorBars.ts';
import { limitMarks } from './limitMarks.ts';
import { nullBands } from './nullBands.ts';
import { ownPoints } from './ownPoints.ts';
import { pinnedLetters, pinnedLines } from './pinnedLines.ts';
import { placeMark } from './placeMark.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { riskDots, riskPath } from './riskCurves.ts';
import { riskDomain } from './riskDomain.ts';
import { scaleOf } from './scale.ts';
import { set, svg } from './svg.ts';

export interface CurvePanel {
  readonly element: SVGSVGElement;
  draw(view: CurveView): void;
  /** Marks a place of the curve, or none. */
  point(risk: RiskAt | null): void;
  /** The axis value under a pixel; undefined outside the frame. */
  valueUnder(x: number): number | undefined;
  /** The pixel of a place. */
  pixelOf(at: number): number;
  /** Which risk of the settings' own place lies under a pixel, near enough to be taken hold of. */
  grasped(x: number, y: number): RiskName | undefined;
  /** The risk at a height, within the frame. */
  riskUnder(y: number): number;
  /** A line at a wanted risk, or none. */
  target(risk: number | null, name?: RiskName): void;
  resize(width: number, height: number): void;
}

/** Pixels about the frame for numbers and names, in the type of the page and in that of a projector. */
const MARGINS = {
  usual: { left: 58, right: 112, bottom: 62, slanted: 92 },
  large: { left: 74, right: 138, bottom: 70, slanted: 104 },
};

/** Pixels within which a dot is taken hold of. */
const GRASP = 14;

/** Both risks along an axis, with their names, notes, measured points and marks. */
export function curvePanel(): CurvePanel {
  const layer = (name: string): SVGGElement => svg('g', { class: name });
  const [bands, grid, notes, axes] = [layer('bands'), layer('grid-lines'), layer('notes'), layer('axes')];
  const [points, labels, here, pointed] = [layer('points'), layer('labels'), layer('here'), layer('pointed')];
  const [pins, letters, limits, own] = [layer('pins'), layer('pin-letters'), layer('limits'), layer('own')];
  const target = svg('line');
  const curves = { standard: svg('path'), adversarial: svg('path') };
  const dots = svg('g');
  const clip = svg('rect');
  const clipped = { 'clip-path': 'url(#curve-clip)' };
  const element = svg(
    'svg',
    { class: 'plot', xmlns: 'http://www.w3.org/2000/svg' },
    svg('defs', {}, svg('clipPath', { id: 'curve-clip' }, clip)),
    grid,
    svg('g', clipped, bands, pins, curves.standard, curves.adversarial, dots, here, points, own),
    notes,
    letters,
    axes,
    limits,
    target,
    labels,
    pointed,
  );
  let [width, height] = [800, 460];
  let margins = MARGINS.usual;
  let view: CurveView | undefined;
  let plane = planeOf(undefined);
  let drawnAxes = '';

  function planeOf(next: CurveView | undefined): Plane {
    const roomy = width >= NARROW;
    const frame = {
      left: margins.left,
      right: width - (roomy ? margins.right : 14),
      top: roomy ? 18 : 44,
      bottom: height - (next && slanted(next.axis) ? margins.slanted : margins.bottom),
    };
    const across = [frame.left, frame.right] as const;
    const up = [frame.bottom, frame.top] as const;
    if (!next) return { frame, x: scaleOf('linear', [0, 1], across), y: scaleOf('linear', [0, 1], up) };
    const { axis, yScale, curve, settings, pinned } = next;
    const shown = [...curve, ...pinned.flatMap((pin) => pin.curve)];
    const x =
      axis.kind === 'range'
        ? scaleOf(axis.scale, [axis.from, axis.to], across)
        : scaleOf('linear', [-0.5, axis.places.length - 0.5], across);
    return { frame, x, y: scaleOf(yScale, riskDomain(shown, nothingRisk(settings), yScale), up) };
  }

  /** Axes are redrawn only when they change, so that a frame takes little time while a slider moves. */
  function drawAxes({ axis, settings }: CurveView): void {
    const { frame, y } = plane;
    const title = wordsFor(settings).one;
    const key = [width, height, axis.name, title, y.kind, ...y.domain].join();
    if (key === drawnAxes) return;
    drawnAxes = key;
    coverFrame(clip, frame);
    grid.replaceChildren(...gridLines(y, riskTicks(y), frame));
    axes.replaceChildren(...curveAxes(plane, axis, { width, height, title }));
  }

  function drawCurves({ axis, curve }: CurveView): void {
    const dotted = axis.kind === 'places' ? 'curve dotted' : 'curve';
    for (const name of RISKS)
      set(curves[name], { class: `${dotted} ${name}`, d: riskPath(plane, curve, name) });
    dots.replaceChildren(...riskDots(plane, axis, curve));
  }

  function draw(next: CurveView): void {
    view = next;
    plane = planeOf(next);
    drawAxes(next);
    bands.replaceChildren(...nullBands(plane, next.axis, next.curve));
    drawCurves(next);
    notes.replaceChildren(...curveNotes(plane, next));
    const words = wordsFor(next.settings);
    labels.replaceChildren(
      ...(width < NARROW ? labelsAbove(plane, words) : labelsBeside(plane, next.curve, words)),
    );
    pins.replaceChildren(...pinnedLines(plane, next.axis, next.pinned));
    letters.replaceChildren(...pinnedLetters(plane, next.pinned));
    limits.replaceChildren(...limitMarks(plane, next));
    own.replaceChildren(...ownPoints(plane, next.own));
    points.replaceChildren(...errorBars(plane, next.measurements));
    here.replaceChildren(...placeMark(plane, next.here));
  }

  return {
    element,
    draw,
    point(risk) {
      pointed.replaceChildren(...(risk ? placeMark(plane, risk) : []));
    },
    valueUnder(pixel) {
      const { frame, x } = plane;
      if (!view || pixel < frame.left - 12 || pixel > frame.right + 12) return undefined;
      const { axis } = view;
      if (axis.kind === 'places')
        return Math.min(axis.places.length - 1, Math.max(0, Math.round(x.value(pixel))));
      const clamped = Math.min(frame.right, Math.max(frame.left, pixel));
      const { scale } = parameters[axis.name as keyof typeof parameters];
      return Math.min(axis.to, Math.max(axis.from, roundFor(scale, x.value(clamped))));
    },
    pixelOf: (at) => plane.x.pixel(at),
    grasped(px, py) {
      if (!view) return undefined;
      const { here } = view;
      const near = (name: RiskName): number =>
        Math.hypot(plane.x.pixel(here.at) - px, plane.y.pixel(here[`${name}Risk`]) - py);
      const [nearest] = [...RISKS].sort((a, b) => near(a) - near(b));
      return near(nearest!) <= GRASP ? nearest : undefined;
    },
    riskUnder: (py) => plane.y.value(Math.min(plane.frame.bottom, Math.max(plane.frame.top, py))),
    target(risk, name = 'adversarial') {
      if (risk === null) {
        set(target, { visibility: 'hidden' });
        return;
      }
      const level = plane.y.pixel(risk);
      const { left, right, top, bottom } = plane.frame;
      const visibility = level >= top && level <= bottom ? 'visible' : 'hidden';
      set(target, { class: `target ${name}`, x1: left, x2: right, y1: level, y2: level, visibility });
    },
    resize(w, h) {
      [width, height] = [w, h];
      margins = MARGINS[document.documentElement.dataset.screen === 'projector' ? 'large' : 'usual'];
      set(element, { viewBox: `0 0 ${w} ${h}`, width: w, height: h });
      if (view) draw(view);
    },
  };
}
