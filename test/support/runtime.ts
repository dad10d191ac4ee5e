import type { DeviceChoice } from '../../src/runtime/device.ts';
import { EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadRuntime, type Runtime } from '../../src/runtime/runtime.ts';

/**
 * The engine of the tests: native TensorFlow on the CPU where it is there, otherwise WebAssembly. RRF_TEST_DEVICE
 * names another one.
 */
export async function testRuntime(): Promise<Runtime> {
  const named = process.env.RRF_TEST_DEVICE;
  if (named !== undefined) return loadRuntime(named as DeviceChoice);
  try {
    return await loadRuntime('cpu');
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    return loadRuntime('wasm');
  }
}
