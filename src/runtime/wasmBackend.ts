import { replaceKernel } from './replaceKernel.ts';
import type { tf } from './tf.ts';

/** The part of the WebAssembly backend that is relied on here. */
export interface WasmBackend {
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  readonly wasm: {
    readonly asm?: { readonly memory?: unknown };
    readonly wasmMemory?: unknown;
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  makeOutput(shape: number[], dtype: 'float32' | 'bool'): tf.TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}

/** The part of its kernels' calling convention. */
export type WasmKernel = (call: {
  inputs: Record<string, tf.TensorInfo | undefined>;
  backend: WasmBackend;
  attrs: Record<string, unknown>;
}) => tf.TensorInfo;

/** The memory of a started backend, and whether threads can share it; undefined where it is not to be had. */
export function wasmMemory({
  wasm,
}: WasmBackend): { memory: WebAssembly.Memory; shared: boolean } | undefined {
  const memory = wasm.asm?.memory ?? wasm.wasmMemory;
  if (!(memory instanceof WebAssembly.Memory)) return undefined;
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  return { memory, shared };
}

/** Registers another kernel of the backend, made from its own, as {@link replaceKernel} does. */
export const replaceWasmKernel = (name: string, replace: (original: WasmKernel) => WasmKernel): void =>
  replaceKernel('wasm', name, replace);
