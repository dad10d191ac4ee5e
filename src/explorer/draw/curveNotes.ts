import { letters } from '../page/symbols.ts';
import type { Words } from '../page/words.ts';
import { isClassifier } from '../theory/ask.ts';
import type { RiskAt } from '../theory/curve.ts';
import type { PinnedCurve } from '../theory/pinnedCurves.ts';
import type { CurveView } from './curveView.ts';
import { barsOf } from './errorBars.ts';
import { type Plane, RISKS } from './plane.ts';
import { levelNote, squareLine } from './planeNotes.ts';
import { outlinesOf } from './riskCurves.ts';

/** Widths in pixels of the value beside the level of predicting nothing, and of each letter of the words before it. */
const VALUE = 64;
const LETTER = 8.5;

/** The level of predicting nothing, with words where curves, points and upright lines leave room. */
export function nothingLevel(
  plane: Plane,
  nothing: number,
  words: Words,
  curve: readonly RiskAt[],
  pinned: readonly PinnedCurve[],
  measurements: CurveView['measurements'],
  own: CurveView['own'],
  here: number,
  square: number | undefined,
): SVGElement[] {
  if (plane.y.pixel(nothing) <= plane.frame.top) return [];
  const outlines = [curve, ...pinned.map((pin) => pin.curve)].flatMap((drawn) => {
    const outlinesHere = outlinesOf(plane, drawn);
    return RISKS.map((name) => outlinesHere[name]);
  });
  const value = words.one === 'error' ? ['½'] : ['1 + ', letters.tau, '²'];
  const said = [
    { parts: [`${words.nothing}, `, ...value], length: VALUE + LETTER * words.nothing.length },
    { parts: value, length: VALUE },
  ];
  return levelNote(plane, nothing, said, [...outlines, ...barsOf(plane, measurements, own)], [here, square]);
}

/** The place on the axis where there are as many features as samples; undefined where there is none, or nothing to see. */
export function squarePlaceOf({ settings, axis }: CurveView): number | undefined {
  const square = axis.name === 'psi1' ? settings.psi2 : axis.name === 'psi2' ? settings.psi1 : undefined;
  // Classes have no peak there, but where the labels cease to be fitted.
  if (square === undefined || isClassifier(settings) || axis.kind !== 'range') return undefined;
  return square > axis.from && square < axis.to ? square : undefined;
}

/** That place, its words on the side away from the settings' own place. */
export function squarePlace({ frame, x }: Plane, square: number | undefined, here: number): SVGElement[] {
  if (square === undefined) return [];
  const at = x.pixel(square);
  const besideHere = x.pixel(here) - at;
  const leftwards = at > (frame.left + frame.right) / 2 || (besideHere > 0 && besideHere < 70);
  return squareLine(frame, at, leftwards, frame.top + 18);
}
