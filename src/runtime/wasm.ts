import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { tf } from './tf.ts';
import { addWasmConvGradient } from './wasmConvGradient.ts';
import { compareInWasm } from './wasmElementwise.ts';
import { multiplyInWasm, shareWasmCopies } from './wasmMatMul.ts';
import { withSharedMemory } from './wasmMemory.ts';
import { selectRowsInWasm } from './wasmSelect.ts';
import { wasmThreads } from './wasmThreads.ts';

/**
 * Starts the WebAssembly backend from its own package's files, with products of our own; says what computes, and on how
 * many threads. Products take TF_NUM_INTRAOP_THREADS of them, by default one for each core.
 */
export async function loadWasm(): Promise<{ engine: string; threads: number }> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (tf.findBackendFactory('wasm') === null) {
    throw new Error('@tensorflow/tfjs-backend-wasm registered with a second copy of TensorFlow.js');
  }
  const home = path.dirname(
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'),
  );
  wasm.setWasmPaths(path.join(home, 'dist', path.sep));
  addWasmConvGradient();

  // The module rethrows every uncaught error from a line of minified code; Node's own handling is clearer.
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map((event) => [event, process.rawListeners(event as string)]));
  const wanted = Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
  const start = () => tf.setBackend('wasm');
  if (!(await (wanted > 1 ? withSharedMemory(start) : start())))
    throw new Error('the WebAssembly backend did not start');
  for (const event of events) {
    for (const listener of process.rawListeners(event as string)) {
      if (!before.get(event)?.includes(listener)) process.off(event, listener as () => void);
    }
  }
  shareWasmCopies();
  compareInWasm();
  selectRowsInWasm();
  const product = multiplyInWasm((kernel, shared) => wasmThreads(wanted, kernel, shared));
  const threads = product?.threads ?? 1;
  const kind = product ? (product.fused ? ' relaxed SIMD' : ' SIMD') : '';
  return { engine: `WebAssembly${kind}, ${threads} thread${threads === 1 ? '' : 's'}`, threads };
}
