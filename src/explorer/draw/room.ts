import type { Frame } from './axes.ts';
import type { Outline } from './svg.ts';

/** Pixels between a note and a curve: wanted, and at the least. */
const WANTED = 14;
const LEAST = 8;

/** A place above or below a level line for words of that length, where the curves leave room; all in pixels. */
export function roomAlong(
  frame: Frame,
  curves: readonly Outline[],
  level: number,
  length: number,
): { x: number; y: number } | undefined {
  const room = Math.max(0, frame.right - frame.left - 16 - length);
  const spots = [0, 1, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9].flatMap((share) =>
    [-7, 19].map((shift) => ({ x: frame.left + 8 + share * room, y: level + shift })),
  );
  function clearance({ x: left, y: base }: { x: number; y: number }): number {
    let least = Math.min(base - 12 - frame.top, frame.bottom - base);
    for (const curve of curves)
      for (const [x, y] of curve)
        if (x > left - 6 && x < left + length + 6) least = Math.min(least, Math.abs(y - (base - 5)));
    return least;
  }
  // Ends are preferred: the first spot with room enough is taken.
  let best: { x: number; y: number } | undefined;
  let most = LEAST;
  for (const spot of spots) {
    const clear = clearance(spot);
    if (clear > WANTED) return spot;
    if (clear > most) [best, most] = [spot, clear];
  }
  return best;
}
