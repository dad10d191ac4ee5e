import { tf } from './tf.ts';
import { replaceWasmKernel } from './wasmBackend.ts';

/**
 * Gives the started WebAssembly backend a Select that takes one condition a row, as the kernels of the other engines do:
 * its own reads such a condition wrongly. Rows are copied whole. Repeated calls change nothing.
 *
 * @throws Error when the backend's kernels are not the ones of the pinned version
 */
export function selectRowsInWasm(): void {
  replaceWasmKernel('Select', (original) => (call) => {
    const { backend, inputs } = call;
    const { condition, t, e } = inputs;
    if (!condition || !t || !e || condition.shape.length !== 1 || t.shape.length < 2 || t.dtype !== 'float32')
      return original(call);
    const out = backend.makeOutput(t.shape, 'float32');
    const [rows] = condition.shape as [number];
    const bytes = 4 * (tf.util.sizeFromShape(t.shape) / Math.max(rows, 1));
    const address = ({ dataId }: tf.TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;
    const [from, holds, lacks, to] = [condition, t, e, out].map(address) as [number, number, number, number];
    const memory = backend.wasm.HEAPU8;
    for (let i = 0; i < rows; i++) {
      const row = (memory[from + i] ? holds : lacks) + i * bytes;
      memory.copyWithin(to + i * bytes, row, row + bytes);
    }
    return out;
  });
}
