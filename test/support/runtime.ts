import { EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadRuntime, type Runtime } from '../../src/runtime/runtime.ts';

/** The engine of the tests: native TensorFlow on the CPU where it is there, otherwise WebAssembly. */
export async function testRuntime(): Promise<Runtime> {
  try {
    return await loadRuntime('cpu');
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    return loadRuntime('wasm');
  }
}
