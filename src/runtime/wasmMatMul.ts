import { tf } from './tf.ts';

interface WasmBackend {
  disposeData(dataId: object): boolean;
}

/** The part of the WebAssembly kernels' calling convention that is relied on here. */
type WasmKernel = (call: {
  inputs: Record<string, tf.TensorInfo>;
  backend: WasmBackend;
  attrs: Record<string, unknown>;
}) => tf.TensorInfo;

const patched = new WeakSet<object>();

/**
 * Makes products with a transposed operand fast on the WebAssembly backend: its BatchMatMul computes A B with
 * XNNPACK and A'B, AB' with a plain loop, about 15 times slower, and the gradients of a product use only those two.
 * The kernel registered here transposes such operands first. Repeated calls change nothing.
 *
 * @throws Error when the backend's kernels are not the ones of the pinned version
 */
export function transposeBeforeWasmMatMul(): void {
  const config = tf.getKernel('BatchMatMul', 'wasm');
  if (config && patched.has(config)) return;
  const transposeConfig = tf.getKernel('Transpose', 'wasm');
  if (!config?.setupFunc || !transposeConfig) {
    throw new Error(
      'the WebAssembly backend has no BatchMatMul or Transpose kernel: has its version changed?',
    );
  }
  const product = config.kernelFunc as unknown as WasmKernel;
  const transpose = transposeConfig.kernelFunc as unknown as WasmKernel;

  const kernel: WasmKernel = ({ inputs, backend, attrs }) => {
    const temporary: tf.TensorInfo[] = [];
    const straight = (x: tf.TensorInfo, transposed: unknown) => {
      if (!transposed) return x;
      const rank = x.shape.length;
      const perm = [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2);
      const y = transpose({ inputs: { x }, backend, attrs: { perm } });
      temporary.push(y);
      return y;
    };
    const a = straight(inputs.a!, attrs.transposeA);
    const b = straight(inputs.b!, attrs.transposeB);
    const out = product({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    for (const { dataId } of temporary) backend.disposeData(dataId);
    return out;
  };

  const replacement = { ...config, kernelFunc: kernel as unknown as tf.KernelFunc };
  patched.add(replacement);
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel(replacement);
}
