import { ticks } from 'd3-array';

/** A place on an axis that has a mark. */
export interface Tick {
  readonly at: number;
  /** Whether a number stands beside it, or only a short line. */
  readonly numbered: boolean;
}

/** Which multiples of a power of ten have numbers, from the richest choice to the sparsest. */
const MULTIPLES: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/**
 * About `count` numbered ticks at round values within the domain, ends included. On a logarithmic axis these are multiples
 * of powers of ten, at most `count` of them where that leaves two, and the other whole multiples are ticks without numbers;
 * where fewer than two multiples lie in the domain, the ticks are those of a linear axis.
 */
export function axisTicks(
  scale: 'linear' | 'log',
  [low, high]: readonly [number, number],
  count: number,
): Tick[] {
  const linear = (): Tick[] => ticks(low, high, count).map((at) => ({ at, numbered: true }));
  if (scale === 'linear') return linear();
  // Decades that are too many to be numbered are numbered in steps.
  const every = Math.max(1, Math.ceil(Math.log10(high / low) / count));
  const choices = MULTIPLES.map((numbered) => logarithmicTicks(low, high, { numbered, every }));
  const numbers = (found: readonly Tick[]): number => found.filter(({ numbered }) => numbered).length;
  return (
    choices.find((found) => numbers(found) >= 2 && numbers(found) <= count) ??
    choices.findLast((found) => numbers(found) >= 2) ??
    linear()
  );
}

/** The whole multiples of powers of ten from `low` to `high`, of which some have numbers in every so many decades. */
function logarithmicTicks(
  low: number,
  high: number,
  { numbered, every }: { readonly numbered: readonly number[]; readonly every: number },
): Tick[] {
  const found: Tick[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const multiple of [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const at = Number(`${multiple}e${power}`);
      const hasNumber = power % every === 0 && numbered.includes(multiple);
      if (at >= low && at <= high && (hasNumber || multiple !== 1.5)) found.push({ at, numbered: hasNumber });
    }
  return found;
}
