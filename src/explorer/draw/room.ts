import type { Plane } from './plane.ts';

/** Pixels between a note and a curve: wanted, and at the least. */
const WANTED = 14;
const LEAST = 8;

/** A place above or below a level line for words of that length, where the curves, given by their points, leave room. */
export function roomAlong(
  { frame, x, y }: Plane,
  points: readonly (readonly [at: number, value: number])[],
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
      ...points
        .filter(([at]) => x.pixel(at) > left - 6 && x.pixel(at) < left + length + 6)
        .map(([, value]) => Math.abs(y.pixel(value) - (base - 5))),
    );
  // Ends are preferred: the first spot with room enough is taken.
  const enough = spots.find((spot) => clearance(spot) > WANTED);
  const best = enough ?? spots.reduce((a, b) => (clearance(b) > clearance(a) ? b : a));
  return clearance(best) > LEAST ? best : undefined;
}
