import { afterAll } from 'vitest';
import type { DeviceChoice } from '../../src/runtime/device.ts';
import { EngineUnavailableError } from '../../src/runtime/device.ts';
import { loadRuntime, type Runtime } from '../../src/runtime/runtime.ts';
import { whole } from './sizes.ts';

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

/**
 * The engine of files that take many small steps and ask nothing of the engine: WebAssembly, which takes each in two thirds of
 * the time. With RRF_WHOLE=1 it is that of the other files, which have theirs back after the last test.
 */
export function quickRuntime(): Promise<Runtime> {
  afterAll(async () => {
    await testRuntime();
  });
  return whole || process.env.RRF_TEST_DEVICE !== undefined ? testRuntime() : loadRuntime('wasm');
}
