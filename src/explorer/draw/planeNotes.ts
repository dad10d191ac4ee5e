import { type Letter, spans } from '../page/symbols.ts';
import type { Plane } from './plane.ts';
import { roomAlong, uprightLine } from './room.ts';
import { horizontal, type Outline, svg, vertical } from './svg.ts';

/** Words beside a level, and the pixels that they need. */
interface LevelWords {
  readonly parts: readonly (string | Letter)[];
  readonly length: number;
}

/**
 * A line across the frame at a value, with the longest of its words for which what is drawn leaves room.
 * @param drawn lines to keep clear of, in pixels
 * @param places on the axis, with an upright line each
 */
export function levelNote(
  { frame, x, y }: Plane,
  value: number,
  words: readonly LevelWords[],
  drawn: readonly Outline[],
  places: readonly (number | undefined)[],
): SVGElement[] {
  const level = y.pixel(value);
  const line = horizontal('nothing', level, frame.left, frame.right);
  const upright = places.flatMap((at) => (at === undefined ? [] : [uprightLine(frame, x.pixel(at))]));
  for (const { parts, length } of words) {
    const spot = roomAlong(frame, [...drawn, ...upright], level, length);
    if (spot) return [line, svg('text', { class: 'note halo', ...spot }, ...spans(...parts))];
  }
  return [line];
}

/** An upright line where N = n, with these words at a height to its left or right; all in pixels. */
export const squareLine = (
  { top, bottom }: Plane['frame'],
  at: number,
  leftwards: boolean,
  y: number,
): SVGElement[] => [
  vertical('square', at, top, bottom),
  svg(
    'text',
    { class: 'note halo', x: at + (leftwards ? -7 : 7), y, 'text-anchor': leftwards ? 'end' : 'start' },
    ...spans({ letter: 'N' }, ' = ', { letter: 'n' }),
  ),
];
