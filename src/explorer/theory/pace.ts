/** Milliseconds of a frame for the curve while its settings move. */
const SHARE = 5;
/** Fewer points than these are no curve. */
const LEAST = 11;

/** How long a point of a curve takes, from the last ones that were computed. */
export interface Pace {
  /** Computes points and notes how long each of them took. */
  timed<Points extends readonly unknown[]>(kind: string, points: () => Points): Points;
  /** Milliseconds for a point of that kind; 0 where none has been computed. */
  each(kind: string): number;
}

export function newPace(now: () => number = () => performance.now()): Pace {
  const known = new Map<string, number>();
  const each = (kind: string): number => known.get(kind) ?? 0;
  return {
    timed(kind, points) {
      const began = now();
      const found = points();
      const took = (now() - began) / Math.max(1, found.length);
      // One that something else held up says less than two do.
      known.set(kind, known.has(kind) ? (each(kind) + took) / 2 : took);
      return found;
    },
    each,
  };
}

/**
 * How many of `count` evenly spaced points there is time for where each takes so many milliseconds: all of them, every
 * second one and so on, so that none is elsewhere when the others come.
 */
export function fitting(count: number, each: number): number {
  let fewest = count;
  for (let stride = 1; (count - 1) / stride + 1 >= LEAST; stride++) {
    if ((count - 1) % stride !== 0) continue;
    fewest = (count - 1) / stride + 1;
    if (fewest * each <= SHARE) break;
  }
  return fewest;
}
