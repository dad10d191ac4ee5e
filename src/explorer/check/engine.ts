// By themselves, for what they do when imported: package.json says that our own modules, through which they would also come, do
// nothing then, and a bundler would leave out the gradients and the methods of tensors.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { tf } from '../../runtime/tf.ts';
import { compareInWasm } from '../../runtime/wasmElementwise.ts';
import { multiplyInWasm, shareWasmCopies } from '../../runtime/wasmMatMul.ts';
import { selectRowsInWasm } from '../../runtime/wasmSelect.ts';
import { type AdapterInfo, isSoftware } from '../../runtime/webgpuAdapter.ts';
import type { Engine } from './protocol.ts';

/** Products of this many multiplications and more are worth the trip to a graphics processor. */
const LARGE = 2e7;

/**
 * Starts the engine for models whose largest product takes `multiplications`, and says which and why: where there is a
 * graphics processor and the model is large, WebGPU or WebGL with float32; else WebAssembly, else plain JavaScript.
 */
export async function startEngine(multiplications: number): Promise<Engine> {
  const large = multiplications >= LARGE;
  if (large) {
    if (await startWebGpu()) return { name: 'WebGPU', why: 'on the graphics processor' };
    if (await startWebGl()) return { name: 'WebGL', why: 'on the graphics processor' };
  }
  const why = large ? 'no graphics processor may be used here' : 'models of this size are fastest there';
  if (await startWasm()) return { name: 'WebAssembly', why };
  if (await startWebGl())
    return { name: 'WebGL', why: 'on the graphics processor, since WebAssembly does not start' };
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return { name: 'plain JavaScript', why: 'neither WebAssembly nor a graphics processor may be used here' };
}

/** The kernels are replaced once, however often a training begins. */
let wasmIsReady: Promise<void> | undefined;

async function startWasm(): Promise<boolean> {
  try {
    wasmIsReady ??= prepareWasm();
    await wasmIsReady;
    return await tf.setBackend('wasm');
  } catch {
    return false;
  }
}

async function prepareWasm(): Promise<void> {
  // The build for one thread, with the SIMD instructions that all browsers have had since 2023; without them it does not start.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const address = new URL(simd, self.location.href).href;
  setWasmPaths({
    'tfjs-backend-wasm.wasm': address,
    'tfjs-backend-wasm-simd.wasm': address,
    'tfjs-backend-wasm-threaded-simd.wasm': address,
  });
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly does not start');
  shareWasmCopies();
  compareInWasm();
  selectRowsInWasm();
  multiplyInWasm();
}

async function startWebGpu(): Promise<boolean> {
  try {
    const { gpu } = navigator as {
      gpu?: { requestAdapter(): Promise<{ info?: AdapterInfo } | null> };
    };
    const adapter = await gpu?.requestAdapter();
    // Browsers before `info` do not say whether it is a graphics processor.
    if (!adapter?.info || isSoftware(adapter.info)) return false;
    await import('@tensorflow/tfjs-backend-webgpu');
    return await tf.setBackend('webgpu');
  } catch {
    return false;
  }
}

async function startWebGl(): Promise<boolean> {
  if (!drawnByHardware()) return false;
  try {
    await import('@tensorflow/tfjs-backend-webgl');
    return (await tf.setBackend('webgl')) && tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');
  } catch {
    return false;
  }
}

/** WebGL drawn by the processor is slower than WebAssembly. */
function drawnByHardware(): boolean {
  if (typeof OffscreenCanvas === 'undefined') return false;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  if (!gl || !info) return gl !== null;
  return !/swiftshader|llvmpipe|software/i.test(String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)));
}
