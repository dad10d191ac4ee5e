import { checkPositive, InvalidArgumentError } from '../errors.ts';
import { gridValues } from './grids.ts';

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Whether an extremum lies inside the range searched, or at one of its ends, where the true one may lie further. */
export type Where = 'inside' | 'lower end' | 'upper end';

export interface LogSearch {
  readonly from: number;
  readonly to: number;
  /** points of the scan */
  readonly count: number;
}

/**
 * The least f over [from, to]: a scan on a log grid, since risks have several minima, then golden section between the
 * neighbours of the best point.
 * @throws InvalidArgumentError unless 0 < from < to.
 */
export function minimiseLog(
  f: (x: number) => number,
  { from, to, count }: LogSearch,
): { at: number; where: Where } {
  if (!(checkPositive('from', from) < checkPositive('to', to)))
    throw new InvalidArgumentError('to', to, `more than from, ${from}`);
  const grid = gridValues({ from, to, count, scale: 'log' });
  const values = grid.map(f);
  let best = 0;
  for (let i = 1; i < count; i++) if (values[i]! < values[best]!) best = i;
  if (best === 0) return { at: from, where: 'lower end' };
  if (best === count - 1) return { at: to, where: 'upper end' };
  const [low, high] = [Math.log(grid[best - 1]!), Math.log(grid[best + 1]!)];
  return { at: Math.exp(goldenSection((x) => f(Math.exp(x)), low, high)), where: 'inside' };
}

/** The minimiser of a unimodal f on [low, high], by golden section down to the width where rounding flattens f. */
export function goldenSection(f: (x: number) => number, low: number, high: number, tolerance = 1e-9): number {
  let [a, b] = [low, high];
  let left = b - GOLDEN * (b - a);
  let right = a + GOLDEN * (b - a);
  let atLeft = f(left);
  let atRight = f(right);
  while (b - a > tolerance * Math.max(1, Math.abs(a))) {
    if (atLeft <= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - GOLDEN * (b - a);
      atLeft = f(left);
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + GOLDEN * (b - a);
      atRight = f(right);
    }
  }
  return atLeft <= atRight ? left : right;
}
