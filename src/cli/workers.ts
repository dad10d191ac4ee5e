import { availableParallelism } from 'node:os';
import { checkInteger } from '../errors.ts';
import type { DeviceChoice } from '../runtime/index.ts';

/** Worker processes: as asked, or one a core; one for a GPU, which they would only share. */
export function workersFor(device: DeviceChoice, asked: number | undefined): number {
  if (asked !== undefined) return checkInteger('workers', asked);
  return device === 'cuda' || device === 'webgpu' ? 1 : availableParallelism();
}
