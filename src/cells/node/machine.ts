import type { Runtime } from '../../runtime/index.ts';
import { measureMatmulRate } from '../../runtime/matmulRate.ts';
import type { Machine } from '../cellSeconds.ts';

/** How fast one worker process with the engine that runs is, measured in half a second. */
export async function machineOf(runtime: Runtime): Promise<Machine> {
  const { gigaflopsPerSecond } = await measureMatmulRate(runtime);
  return { device: runtime.device, gigaflopsPerSecond: gigaflopsPerSecond / runtime.threads };
}
