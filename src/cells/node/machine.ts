import type { Runtime } from '../../runtime/index.ts';
import { measureMatmulRate } from '../../runtime/matmulRate.ts';
import type { Machine } from '../cellSeconds.ts';

/** How fast one worker process with the engine that runs is, measured in half a second. */
export const machineOf = (runtime: Runtime): Machine => ({
  device: runtime.device,
  gigaflopsPerSecond: measureMatmulRate(runtime).gigaflopsPerSecond / runtime.threads,
});
