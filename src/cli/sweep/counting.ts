import type { Counting } from '../../experiments/sweep/sweepRows.ts';
import { version } from '../version.ts';

/** The rows of this version count, of one engine where one is named. */
export const counting = (device: string | undefined): Counting => ({
  version,
  ...(device !== undefined && { device }),
});
