import { letters, spans } from '../page/symbols.ts';
import { wordsFor } from '../page/words.ts';
import { isClassifier, nothingRisk } from '../theory/ask.ts';
import type { RiskAt } from '../theory/curve.ts';
import type { CurveView } from './curveView.ts';
import type { Plane } from './plane.ts';
import { svg } from './svg.ts';

/** Widths of the words beside the level of predicting nothing, and without words, in pixels. */
const LONG_NOTE = 215;
const SHORT_NOTE = 64;
/** Pixels between a note and a curve: wanted, and at the least. */
const WANTED = 14;
const LEAST = 8;

/** The level of predicting nothing, and the place where there are as many features as samples. */
export const curveNotes = (plane: Plane, view: CurveView): SVGElement[] => [
  ...nothingLevel(plane, view),
  ...squarePlace(plane, view),
];

function nothingLevel(plane: Plane, { settings, curve }: CurveView): SVGElement[] {
  const { frame, y } = plane;
  const level = y.pixel(nothingRisk(settings));
  if (level <= frame.top) return [];
  const line = svg('line', { class: 'nothing', x1: frame.left, x2: frame.right, y1: level, y2: level });
  const classes = isClassifier(settings);
  const value = classes ? ['½'] : ['1 + ', letters.tau, '²'];
  const long = roomAlong(plane, curve, level, LONG_NOTE);
  const spot = long ?? roomAlong(plane, curve, level, SHORT_NOTE);
  if (!spot) return [line];
  const words = long ? [`${wordsFor(settings).nothing}, `, ...value] : value;
  return [line, svg('text', { class: 'note halo', ...spot }, ...spans(...words))];
}

function squarePlace({ frame, x }: Plane, { settings, axis, here }: CurveView): SVGElement[] {
  const square = axis.name === 'psi1' ? settings.psi2 : axis.name === 'psi2' ? settings.psi1 : undefined;
  // Classes have no peak there, but where the labels cease to be fitted.
  if (isClassifier(settings)) return [];
  if (square === undefined || axis.kind !== 'range' || square <= axis.from || square >= axis.to) return [];
  const at = x.pixel(square);
  const besideHere = x.pixel(here.at) - at;
  const leftwards = at > (frame.left + frame.right) / 2 || (besideHere > 0 && besideHere < 70);
  const place = {
    x: at + (leftwards ? -7 : 7),
    y: frame.top + 18,
    'text-anchor': leftwards ? 'end' : 'start',
  };
  return [
    svg('line', { class: 'square', x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
    svg('text', { class: 'note halo', ...place }, ...spans(letters.psi1, ' = ', letters.psi2)),
  ];
}

/** A place above or below a level line for words of that length, where the curves leave room. */
function roomAlong(
  { frame, x, y }: Plane,
  curve: readonly RiskAt[],
  level: number,
  length: number,
): { x: number; y: number } | undefined {
  const room = Math.max(0, frame.right - frame.left - 16 - length);
  const spots = [0, 1, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9].flatMap((share) =>
    [-7, 19].map((shift) => ({ x: frame.left + 8 + share * room, y: level + shift })),
  );
  const clearance = ({ x: left, y: base }: { x: number; y: number }): number =>
    Math.min(
      base - 12 - frame.top,
      frame.bottom - base,
      ...curve
        .filter(({ at }) => x.pixel(at) > left - 6 && x.pixel(at) < left + length + 6)
        .flatMap(({ standardRisk, adversarialRisk }) =>
          [standardRisk, adversarialRisk].map((risk) => Math.abs(y.pixel(risk) - (base - 5))),
        ),
    );
  // Ends are preferred: the first spot with room enough is taken.
  const enough = spots.find((spot) => clearance(spot) > WANTED);
  const best = enough ?? spots.reduce((a, b) => (clearance(b) > clearance(a) ? b : a));
  return clearance(best) > LEAST ? best : undefined;
}
