import type { Frame } from '../../plots/panelGrid.ts';
import type { Outline } from './svg.ts';

/** Pixels between a note and what is drawn: wanted, and at the least. */
const WANTED = 16;
const LEAST = 11;
/** Pixels that a note keeps free to either side. */
const ASIDE = 6;
/** Along the level, ends first. */
const SHARES = [0, 1, ...Array.from({ length: 32 }, (_, i) => (i + 1) / 33)];

/** A vertical line across the frame, as something that a note is to keep clear of. */
export const uprightLine = ({ top, bottom }: Frame, x: number): Outline => [
  [x, top],
  [x, bottom],
];

/** A place above or below a level line for words of that length, clear of the lines that are drawn; all in pixels. */
export function roomAlong(
  frame: Frame,
  drawn: readonly Outline[],
  level: number,
  length: number,
): { x: number; y: number } | undefined {
  const room = Math.max(0, frame.right - frame.left - 16 - length);
  const spots = SHARES.flatMap((share) =>
    [-7, 19].map((shift) => ({ x: frame.left + 8 + share * room, y: level + shift })),
  );
  function clearance({ x: left, y: base }: { x: number; y: number }): number {
    const [from, to] = [left - ASIDE, left + length + ASIDE];
    let least = Math.min(base - 12 - frame.top, frame.bottom - base);
    for (const line of drawn)
      for (let i = 1; i < line.length && least > LEAST; i++)
        least = Math.min(least, heightFrom(base - 5, line[i - 1]!, line[i]!, from, to));
    return least;
  }
  // The first spot with room enough is taken.
  let best: { x: number; y: number } | undefined;
  let most = LEAST;
  for (const spot of spots) {
    const clear = clearance(spot);
    if (clear > WANTED) return spot;
    if (clear > most) [best, most] = [spot, clear];
  }
  return best;
}

/** How far above or below a height a straight line runs between two places; infinite where it does not run there. */
function heightFrom(
  height: number,
  [x1, y1]: Outline[number],
  [x2, y2]: Outline[number],
  from: number,
  to: number,
): number {
  // A gap of the line has no place, and is beyond either end.
  if (!(Math.max(x1, x2) > from && Math.min(x1, x2) < to)) return Number.POSITIVE_INFINITY;
  const at = (x: number): number => y1 + ((y2 - y1) * (x - x1)) / (x2 - x1) - height;
  const [a, b] = x1 === x2 ? [y1 - height, y2 - height] : [at(Math.max(x1, from)), at(Math.min(x2, to))];
  return a * b <= 0 ? 0 : Math.min(Math.abs(a), Math.abs(b));
}
