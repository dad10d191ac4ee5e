import { wordsFor } from '../page/words.ts';
import { parameters, roundFor } from '../state/parameters.ts';
import { nothingRisk } from '../theory/ask.ts';
import type { RiskAt } from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
import { coverFrame, gridLines } from './axes.ts';
import { curveAxes, riskTicks } from './curveAxes.ts';
import { curveLabels } from './curveLabels.ts';
import { nothingLevel, squarePlace, squarePlaceOf } from './curveNotes.ts';
import { curvePlane } from './curvePlane.ts';
import type { CurveView } from './curveView.ts';
import { errorBars } from './errorBars.ts';
import { layer } from './layer.ts';
import { limitMarks } from './limitMarks.ts';
import { nullBands } from './nullBands.ts';
import { ownPoints } from './ownPoints.ts';
import { pinnedLetters, pinnedLines } from './pinnedLines.ts';
import { placeMark } from './placeMark.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { riskCurves } from './riskCurves.ts';
import { riskDomain } from './riskDomain.ts';
import { set, setSize, svg } from './svg.ts';

export interface CurvePanel {
  readonly element: SVGSVGElement;
  draw(view: CurveView): void;
  /** Marks a place of the curve, or none. */
  point(risk: RiskAt | null): void;
  /** The axis value under a pixel; undefined outside the frame. */
  valueUnder(x: number): number | undefined;
  /** The pixel at which the frame begins. */
  top(): number;
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

/** Pixels within which a dot is taken hold of. */
const GRASP = 14;

/** Both risks along an axis, with their names, notes, measured points and marks. */
export function curvePanel(): CurvePanel {
  const [grid, axes] = [layer((at: Plane) => gridLines(at.y, riskTicks(at.y), at.frame)), layer(curveAxes)];
  const [bands, pins, curves] = [layer(nullBands), layer(pinnedLines), layer(riskCurves)];
  const [points, own] = [layer(errorBars), layer(ownPoints)];
  const [level, square, limits] = [layer(nothingLevel), layer(squarePlace), layer(limitMarks)];
  const [letters, labels] = [layer(pinnedLetters), layer(curveLabels)];
  const mark = (at: Plane, risk: RiskAt | null) => (risk ? placeMark(at, risk) : []);
  const [here, pointed] = [layer(mark, 'here'), layer(mark, 'pointed')];
  const target = svg('line');
  const clip = svg('rect');
  const within = [bands, pins, curves, here, points, own].map(({ element }) => element);
  const element = svg(
    'svg',
    { class: 'plot', xmlns: 'http://www.w3.org/2000/svg' },
    svg('defs', {}, svg('clipPath', { id: 'curve-clip' }, clip)),
    grid.element,
    svg('g', { 'clip-path': 'url(#curve-clip)' }, ...within),
    ...[level, square, letters, axes, limits].map(({ element }) => element),
    target,
    labels.element,
    pointed.element,
  );
  let [width, height] = [800, 460];
  let type: 'usual' | 'large' = 'usual';
  let drawn: { readonly view: CurveView; readonly plane: Plane } | undefined;
  // The same while nothing that they depend on changes, so that what is drawn in them stays, too.
  const domainOf = kept((nothing: number, yScale: CurveView['yScale'], ...curves: CurveView['curve'][]) =>
    riskDomain(curves, nothing, yScale),
  );
  const planeOf = kept(curvePlane);
  const cover = kept((plane: Plane) => coverFrame(clip, plane.frame));

  /** A change is drawn in those layers that depend on it. */
  function draw(next: CurveView): void {
    const { settings, axis, yScale, curve, pinned } = next;
    const nothing = nothingRisk(settings);
    const words = wordsFor(settings);
    const [low, high] = domainOf(nothing, yScale, curve, ...pinned.map((pin) => pin.curve));
    const plane = planeOf(width, height, type, axis, yScale, low, high);
    drawn = { view: next, plane };
    cover(plane);
    grid.draw(plane);
    axes.draw(plane, axis, width, height, words.one);
    bands.draw(plane, axis, curve, next.here.at);
    curves.draw(plane, axis, curve);
    const squareAt = squarePlaceOf(next);
    level.draw(plane, nothing, words, curve, pinned, next.measurements, next.own, next.here.at, squareAt);
    square.draw(plane, squareAt, next.here.at);
    labels.draw(plane, width, curve, words);
    pins.draw(plane, axis, pinned);
    letters.draw(plane, pinned);
    limits.draw(plane, axis, curve, settings.lambda, nothing);
    own.draw(plane, next.own);
    points.draw(plane, next.measurements);
    here.draw(plane, next.here);
  }

  return {
    element,
    draw,
    point(risk) {
      if (drawn) pointed.draw(drawn.plane, risk);
    },
    valueUnder(pixel) {
      if (!drawn) return undefined;
      const { axis } = drawn.view;
      const { frame, x } = drawn.plane;
      if (pixel < frame.left - 12 || pixel > frame.right + 12) return undefined;
      if (axis.kind === 'places')
        return Math.min(axis.places.length - 1, Math.max(0, Math.round(x.value(pixel))));
      const clamped = Math.min(frame.right, Math.max(frame.left, pixel));
      const { scale } = parameters[axis.name as keyof typeof parameters];
      return Math.min(axis.to, Math.max(axis.from, roundFor(scale, x.value(clamped))));
    },
    top: () => drawn?.plane.frame.top ?? 0,
    pixelOf: (at) => drawn?.plane.x.pixel(at) ?? 0,
    grasped(px, py) {
      if (!drawn) return undefined;
      const { here } = drawn.view;
      const { x, y } = drawn.plane;
      const near = (name: RiskName): number =>
        Math.hypot(x.pixel(here.at) - px, y.pixel(here[`${name}Risk`]) - py);
      const [nearest] = [...RISKS].sort((a, b) => near(a) - near(b));
      return near(nearest!) <= GRASP ? nearest : undefined;
    },
    riskUnder(py) {
      if (!drawn) return 0;
      const { frame, y } = drawn.plane;
      return y.value(Math.min(frame.bottom, Math.max(frame.top, py)));
    },
    target(risk, name = 'adversarial') {
      if (risk === null || !drawn) {
        set(target, { visibility: 'hidden' });
        return;
      }
      const { frame, y } = drawn.plane;
      const level = y.pixel(risk);
      const visibility = level >= frame.top && level <= frame.bottom ? 'visible' : 'hidden';
      const ends = { x1: frame.left, x2: frame.right, y1: level, y2: level };
      set(target, { class: `target ${name}`, ...ends, visibility });
    },
    resize(w, h) {
      [width, height] = [w, h];
      type = document.documentElement.dataset.screen === 'projector' ? 'large' : 'usual';
      setSize(element, w, h);
      if (drawn) draw(drawn.view);
    },
  };
}
