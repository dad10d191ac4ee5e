import { EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadRuntime, type Runtime } from '../../src/runtime/runtime.ts';

/**
 * The engine of the tests: native TensorFlow on the CPU where it is there, otherwise WebAssembly. Setting
 * RRF_TEST_DEVICE=wasm runs them on WebAssembly in any case.
 */
export async function testRuntime(): Promise<Runtime> {
  if (process.env.RRF_TEST_DEVICE === 'wasm') return loadRuntime('wasm');
  try {
    return await loadRuntime('cpu');
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    return loadRuntime('wasm');
  }
}
