import { createRequire } from 'node:module';
import path from 'node:path';
import { tf } from './tf.ts';
import { addWasmConvGradient } from './wasmConvGradient.ts';
import { transposeBeforeWasmMatMul } from './wasmMatMul.ts';

/** Starts the WebAssembly backend from its own package's files; returns its number of threads. */
export async function loadWasm(): Promise<number> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (tf.findBackendFactory('wasm') === null) {
    throw new Error('@tensorflow/tfjs-backend-wasm registered with a second copy of TensorFlow.js');
  }
  const home = path.dirname(
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
  );
  wasm.setWasmPaths(path.join(home, 'dist', path.sep));
  transposeBeforeWasmMatMul();
  addWasmConvGradient();

  // The module rethrows every uncaught error from a line of minified code; Node's own handling is clearer.
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map((event) => [event, process.rawListeners(event as string)]));
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
  for (const event of events) {
    for (const listener of process.rawListeners(event as string)) {
      if (!before.get(event)?.includes(listener)) process.off(event, listener as () => void);
    }
  }
  return wasm.getThreadsCount();
}
