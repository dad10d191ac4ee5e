import type { StartThreads } from '../numerics/productThreads.ts';
import { tf } from './tf.ts';
import { replaceWasmKernel, type WasmBackend, type WasmKernel } from './wasmBackend.ts';
import { type WasmProduct, wasmProduct } from './wasmProduct.ts';

const products = new WeakMap<object, WasmProduct | undefined>();

/**
 * Gives the started WebAssembly backend products of our own, and says which; undefined where it cannot have them (no SIMD).
 * Its own BatchMatMul computes A B with XNNPACK, compiled for every processor, and A'B and AB', which are all that the
 * gradients of a product use, with a plain loop. Where there are no products of our own, such operands are transposed
 * first. Repeated calls change nothing.
 *
 * @throws Error when the backend's kernels are not the ones of the pinned version
 */
export function multiplyInWasm(startThreads?: StartThreads): WasmProduct | undefined {
  const backend = tf.backend() as unknown as WasmBackend;
  if (!products.has(backend)) products.set(backend, wasmProduct(backend, startThreads));
  const found = products.get(backend);
  if (!found) transposeBeforeWasmMatMul();
  else {
    replaceWasmKernel('BatchMatMul', (original) => (call) => {
      const product = products.get(call.backend);
      const { a, b } = call.inputs;
      if (!product || a?.dtype !== 'float32' || b?.dtype !== 'float32') return original(call);
      const { transposeA, transposeB } = transposesOf(call.attrs);
      return product.multiply(call.backend, { a, b, transposeA, transposeB });
    });
    replaceWasmKernel('_FusedMatMul', (original) => (call) => {
      const product = products.get(call.backend);
      const { a, b, bias } = call.inputs;
      const { activation } = call.attrs;
      const { transposeA, transposeB } = transposesOf(call.attrs);
      const known = activation === 'linear' || activation === 'relu';
      const columns = b?.shape.at(transposeB ? -2 : -1);
      const plain = !bias || (bias.shape.length === 1 && bias.shape[0] === columns);
      if (!product || a?.dtype !== 'float32' || b?.dtype !== 'float32' || !known || !plain)
        return original(call);
      return product.multiply(call.backend, {
        ...{ a, b, transposeA, transposeB },
        ...{ bias, relu: activation === 'relu' },
      });
    });
  }
  return found;
}

const transposesOf = (attrs: Record<string, unknown>): { transposeA: boolean; transposeB: boolean } => ({
  transposeA: attrs.transposeA === true,
  transposeB: attrs.transposeB === true,
});

/** A' and B' are written out before the backend's own product. */
function transposeBeforeWasmMatMul(): void {
  replaceWasmKernel('BatchMatMul', (product) => {
    const transpose = tf.getKernel('Transpose', 'wasm')?.kernelFunc as unknown as WasmKernel | undefined;
    if (!transpose)
      throw new Error('the WebAssembly backend has no Transpose kernel: has its version changed?');
    return ({ inputs, backend, attrs }) => {
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
      const out = product({
        inputs: { a, b },
        backend,
        attrs: { transposeA: false, transposeB: false },
      });
      for (const { dataId } of temporary) backend.disposeData(dataId);
      return out;
    };
  });
}

/**
 * Copies of a tensor share its memory on the WebAssembly backend, as on the others: no kernel writes to its inputs. They
 * were as much as a tenth of the time of an attack.
 */
export function shareWasmCopies(): void {
  replaceWasmKernel('Identity', (original) => (call) => {
    const { x } = call.inputs;
    if (!x || x.dtype === 'string') return original(call);
    call.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}
