import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, checkInteger, InvalidArgumentError } from '../errors.ts';

/** Evenly spaced values, or with scale `log` values in equal ratios. */
export interface Grid {
  /** first value, finite; > 0 on a log scale */
  readonly from: number;
  /** last value, finite; > 0 on a log scale; may be less than the first */
  readonly to: number;
  /** points, both ends included; >= 2 */
  readonly count: number;
  /** default 'linear' */
  readonly scale?: 'linear' | 'log';
}

const SCALES = ['linear', 'log'] as const;
const NAMES: OptionNames<Grid> = { from: true, to: true, count: true, scale: true };

/**
 * The values of a grid, ends exact.
 * @param grid its ends, the number of values, and the scale
 * @throws InvalidArgumentError for an unknown field, or a log grid that does not lie in (0, infinity).
 */
export function gridValues(grid: Grid): number[] {
  checkOptions('a grid', grid ?? null, NAMES);
  const { from, to, count, scale = 'linear' } = grid;
  checkChoice('scale', scale, SCALES);
  checkInteger('count', count, 2);
  for (const end of [from, to])
    if (!Number.isFinite(end) || (scale === 'log' && !(end > 0)))
      throw new InvalidArgumentError('grid', end, scale === 'log' ? 'finite ends > 0' : 'finite ends');
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return from;
    if (i === count - 1) return to;
    const share = i / (count - 1);
    return scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  });
}
