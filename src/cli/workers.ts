import { availableParallelism } from 'node:os';
import { checkInteger } from '../errors.ts';
import type { DeviceChoice } from '../runtime/index.ts';

/** Worker processes: as asked, or one a core; one for a GPU, which they would only share. */
export const workersFor = (device: DeviceChoice, asked: number | undefined): number =>
  asked === undefined ? (device === 'cuda' ? 1 : availableParallelism()) : checkInteger('workers', asked);
