import { ticks } from 'd3-array';

/** A place on an axis that has a mark. */
export interface Tick {
  readonly at: number;
  /** Whether a number stands beside it, or only a short line. */
  readonly numbered: boolean;
}

/** Which multiples of a power of ten have numbers, from the richest choice to the sparsest. */
const MULTIPLES = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const;

/**
 * About `count` numbered ticks at round values within the domain, ends included. On a logarithmic axis these are multiples
 * of powers of ten, at most `count` of them, and the other whole multiples are ticks without numbers; where fewer than
 * two multiples lie in the domain, the ticks are those of a linear axis.
 */
export function axisTicks(
  scale: 'linear' | 'log',
  [low, high]: readonly [number, number],
  count: number,
): Tick[] {
  if (scale === 'linear') return ticks(low, high, count).map((at) => ({ at, numbered: true }));
  const decades = Math.log10(high / low);
  const numbered = MULTIPLES.find((multiples) => multiples.length * decades <= count) ?? [1];
  // Decades that are too many to be numbered are numbered in steps.
  const every = Math.max(1, Math.ceil(decades / count));
  const found: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const multiple of [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const at = Number(`${multiple}e${power}`);
      const hasNumber = power % every === 0 && numbered.some((one) => one === multiple);
      if (at >= low && at <= high && (hasNumber || multiple !== 1.5)) found.push({ at, numbered: hasNumber });
    }
  // A short part of a decade may hold none of these multiples, or one.
  return found.filter((tick) => tick.numbered).length < 2 ? axisTicks('linear', [low, high], count) : found;
}
