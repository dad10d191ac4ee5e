import { letters, spans } from '../page/symbols.ts';
import { wordsFor } from '../page/words.ts';
import { isClassifier, nothingRisk } from '../theory/ask.ts';
import type { CurveView } from './curveView.ts';
import type { Plane } from './plane.ts';
import { roomAlong } from './room.ts';
import { svg } from './svg.ts';

/** Widths of the words beside the level of predicting nothing, and without words, in pixels. */
const LONG_NOTE = 215;
const SHORT_NOTE = 64;

/** The level of predicting nothing, and the place where there are as many features as samples. */
export const curveNotes = (plane: Plane, view: CurveView): SVGElement[] => [
  ...nothingLevel(plane, view),
  ...squarePlace(plane, view),
];

function nothingLevel(plane: Plane, { settings, curve, pinned }: CurveView): SVGElement[] {
  const { frame, y } = plane;
  const level = y.pixel(nothingRisk(settings));
  if (level <= frame.top) return [];
  const line = svg('line', { class: 'nothing', x1: frame.left, x2: frame.right, y1: level, y2: level });
  const classes = isClassifier(settings);
  const value = classes ? ['½'] : ['1 + ', letters.tau, '²'];
  const drawn = [...curve, ...pinned.flatMap((pin) => pin.curve)];
  const points = drawn.flatMap(({ at, standardRisk, adversarialRisk }): [number, number][] => [
    [at, standardRisk],
    [at, adversarialRisk],
  ]);
  const long = roomAlong(plane, points, level, LONG_NOTE);
  const spot = long ?? roomAlong(plane, points, level, SHORT_NOTE);
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
    svg('text', { class: 'note halo', ...place }, ...spans({ letter: 'N' }, ' = ', { letter: 'n' })),
  ];
}
