import { type RowKernel, type RowKernels, rowModule } from '../numerics/rowKernels.ts';
import type { WasmMemory } from '../numerics/wasmCode.ts';
import { arrayOf, numbersOf, readsAtOnce, tensorOf } from './hostNumbers.ts';
import { tf } from './tf.ts';
import { type WasmBackend, wasmMemory } from './wasmBackend.ts';

/**
 * From tensors, float32, [m, ...] or with one number a row, as the kernel takes them, to a new one of a shape [m, ...].
 * Without a gradient.
 */
export type RowFunction = (inputs: readonly tf.Tensor[], shape: number[]) => tf.Tensor;

/**
 * A kernel of rowKernels.ts on the engine that runs: one pass over rows that stay in the cache takes the place of several
 * operations that each go through all of them. Null where this thread cannot read the engine's numbers without waiting
 * (GPUs), where there are so many that copying them costs more than it saves, and where WebAssembly has no SIMD.
 * @param size how many numbers the widest tensor has
 */
export function rowFunction(name: RowKernel, size: number): RowFunction | null {
  if (tf.getBackend() === 'wasm') return inPlace(name);
  return readsAtOnce(size) ? throughScratch(name) : null;
}

type Kernels = RowKernels & { readonly memory?: WebAssembly.Memory };

function instantiate(kind: WasmMemory, memory?: WebAssembly.Memory): Kernels | null {
  const binary = rowModule(kind);
  if (!WebAssembly.validate(binary)) return null;
  const imports = memory ? { env: { memory } } : {};
  return new WebAssembly.Instance(new WebAssembly.Module(binary), imports).exports as unknown as Kernels;
}

const inBackend = new WeakMap<object, Kernels | null>();

/** In the memory of the WebAssembly engine, where its tensors lie. */
function inPlace(name: RowKernel): RowFunction | null {
  const backend = tf.backend() as unknown as WasmBackend;
  let kernels = inBackend.get(backend);
  if (kernels === undefined) {
    const found = wasmMemory(backend);
    kernels = found ? instantiate({ shared: found.shared }, found.memory) : null;
    inBackend.set(backend, kernels);
  }
  const kernel = kernels?.[name];
  if (!kernel) return null;
  return (inputs, shape) => {
    const out = tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'));
    const tensors = [...inputs, out];
    const addresses = tensors.map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
    kernel(...addresses, shape[0]!, columnsOf(tensors, shape[0]!));
    return out;
  };
}

/** Numbers a row of the widest tensor. */
const columnsOf = (tensors: readonly tf.Tensor[], rows: number): number =>
  rows === 0 ? 0 : Math.max(...tensors.map(({ size }) => size)) / rows;

/** Bytes of rows that are copied to a memory of our own at a time: they stay in the cache. */
const BLOCK_BYTES = 2 ** 17;
const PAGE_BYTES = 2 ** 16;

let own: Kernels | null | undefined;

/** Through a memory of our own, a few rows at a time. A result stays with us until an operation of the engine asks for it. */
function throughScratch(name: RowKernel): RowFunction | null {
  if (own === undefined) own = instantiate({ pages: BLOCK_BYTES / PAGE_BYTES });
  const [kernel, memory] = [own?.[name], own?.memory];
  if (!kernel || !memory) return null;
  return (inputs, shape) => {
    const rows = shape[0]!;
    const out = arrayOf(tf.util.sizeFromShape(shape));
    const all = [...inputs.map(numbersOf), out];
    const widths = all.map(({ length }) => (rows === 0 ? 0 : length / rows));
    const rowBytes = widths.reduce((sum, width) => sum + 4 * width, 0);
    const most = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
    const missing = most * rowBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    let end = 0;
    const blocks = widths.map((width) => {
      const block = new Float32Array(memory.buffer, end, most * width);
      end += block.byteLength;
      return block;
    });
    const addresses = blocks.map(({ byteOffset }) => byteOffset);
    const [block, width] = [blocks.at(-1)!, widths.at(-1)!];
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from);
      inputs.forEach((_, i) => {
        blocks[i]!.set(all[i]!.subarray(from * widths[i]!, (from + count) * widths[i]!));
      });
      kernel(...addresses, count, Math.max(...widths));
      out.set(count === most ? block : block.subarray(0, count * width), from * width);
    }
    return tensorOf(out, shape);
  };
}
