import {
  JOB,
  JOB_BYTES,
  type Job,
  kernelShape,
  PANELS,
  type ProductKernel,
  productBlocks,
  productModule,
} from '../numerics/productKernel.ts';
import type { ProductThreads, StartThreads } from '../numerics/productThreads.ts';
import { tf } from './tf.ts';
import { type WasmBackend, wasmMemory } from './wasmBackend.ts';

/** Multiplies tensors of a backend in its own memory. */
export interface WasmProduct {
  /** One instruction that multiplies and adds: relaxed SIMD. */
  readonly fused: boolean;
  readonly threads: number;
  multiply(backend: WasmBackend, operands: ProductOperands): tf.TensorInfo;
}

/** out = activation(op(A) op(B) + bias) of float32 tensors whose leading axes broadcast. */
export interface ProductOperands {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** As many numbers as the product has columns. */
  readonly bias?: tf.TensorInfo | undefined;
  readonly relu?: boolean;
}

/** Multiplications from which on a second thread saves more than it costs to wake it. */
const WORTH_THREADS = 2e6;
const shape = kernelShape({ element: 'float32' });
const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Products in the memory of a started WebAssembly backend: with relaxed SIMD where it is there, else with SIMD. Undefined
 * where there is neither, or where the memory is not to be had. `startThreads` is asked only where that memory is shared.
 */
export function wasmProduct(backend: WasmBackend, startThreads?: StartThreads): WasmProduct | undefined {
  const found = wasmMemory(backend);
  if (!found) return undefined;
  const { memory, shared } = found;
  for (const fused of [true, false]) {
    const binary = productModule({ element: 'float32', fused, memory: { shared } });
    if (!WebAssembly.validate(binary)) continue;
    const module = new WebAssembly.Module(binary);
    const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ProductKernel;
    const threads = shared ? startThreads?.(kernel, { module, memory }) : undefined;
    return {
      fused,
      threads: threads?.count ?? 1,
      multiply: (owner, operands) => multiply(owner, operands, { memory, kernel, threads }),
    };
  }
  return undefined;
}

interface Means {
  readonly memory: WebAssembly.Memory;
  readonly kernel: ProductKernel;
  readonly threads: ProductThreads | undefined;
}

function multiply(
  backend: WasmBackend,
  { a, b, transposeA, transposeB, bias, relu = false }: ProductOperands,
  { memory, kernel, threads }: Means,
): tf.TensorInfo {
  const [rankA, rankB] = [a.shape.length, b.shape.length];
  const [rowsA, columnsA] = [a.shape[rankA - 2]!, a.shape[rankA - 1]!];
  const [rowsB, columnsB] = [b.shape[rankB - 2]!, b.shape[rankB - 1]!];
  const rows = transposeA ? columnsA : rowsA;
  const depth = transposeA ? rowsA : columnsA;
  const columns = transposeB ? rowsB : columnsB;
  const inner = transposeB ? columnsB : rowsB;
  const flat = rankA === 2 && rankB === 2;
  const leading = flat
    ? []
    : tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  tf.util.assert(
    depth === inner,
    () =>
      `Error in matMul: inner shapes (${depth}) and (${inner}) of tensors with shapes ${a.shape} and ${b.shape} must match.`,
  );
  const out = backend.makeOutput([...leading, rows, columns], 'float32');
  const addressOf = ({ dataId }: tf.TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;
  const size = tf.util.sizeFromShape(out.shape);
  if (size === 0) return out;

  const blocks = productBlocks({ rows, columns, depth }, shape);
  const many = threads && rows * columns * depth >= WORTH_THREADS ? threads : undefined;
  const scratchBytes = roundUp(blocks.scratchBytes);
  const total = roundUp(JOB_BYTES) + roundUp(blocks.packedBytes) + scratchBytes * (many?.count ?? 1);
  const start = backend.wasm._malloc(total) >>> 0;
  if (start === 0) throw new Error(`no memory for a product: ${total} bytes`);
  const packed = start + roundUp(JOB_BYTES);
  const scratch = packed + roundUp(blocks.packedBytes);
  // Made after the last allocation, which may have replaced the buffer.
  const job = new Int32Array(memory.buffer, start, JOB.length);
  const here: { -readonly [name in keyof Job]: number } = {
    a: 0,
    aRow: 4 * (transposeA ? 1 : columnsA),
    aDepth: 4 * (transposeA ? columnsA : 1),
    b: 0,
    bColumn: 4 * (transposeB ? columnsB : 1),
    bDepth: 4 * (transposeB ? 1 : columnsB),
    c: 0,
    cRow: 4 * columns,
    rows,
    columns,
    depth,
    packed,
    accumulate: 0,
    bias: 0,
    relu: 0,
  };
  const strideA = matrixBytes(a, leading, rows * depth);
  const strideB = matrixBytes(b, leading, depth * columns);
  const taskPanels = many ? Math.min(PANELS, Math.ceil(blocks.panels / (4 * many.count))) : PANELS;
  const [startA, startB, startC] = [addressOf(a), addressOf(b), addressOf(out)];
  const startBias = bias ? addressOf(bias) : 0;

  for (let n = 0; n < size / (rows * columns); n++)
    for (let left = 0; left < columns; left += blocks.columns)
      // Once at least: without depth the product is zero.
      for (let from = 0; from === 0 || from < depth; from += blocks.depth) {
        const last = from + blocks.depth >= depth;
        here.a = startA + strideA(n) + from * here.aDepth;
        here.b = startB + strideB(n) + from * here.bDepth + left * here.bColumn;
        here.c = startC + 4 * (n * rows * columns + left);
        here.columns = Math.min(blocks.columns, columns - left);
        here.depth = Math.min(blocks.depth, depth - from);
        here.accumulate = from === 0 ? 0 : 1;
        here.bias = last && startBias ? startBias + 4 * left : 0;
        here.relu = last && relu ? 1 : 0;
        for (let i = 0; i < JOB.length; i++) job[i] = here[JOB[i]!];
        kernel.packB(start);
        if (many) many.run({ job: start, scratch, scratchBytes, panels: blocks.panels, taskPanels });
        else
          for (let panel = 0; panel < blocks.panels; panel += PANELS)
            kernel.multiply(start, scratch, panel, Math.min(blocks.panels, panel + PANELS));
        if (blocks.depth === 0) break;
      }
  backend.wasm._free(start);
  return out;
}

const first = (): number => 0;

/** Bytes from the first matrix of an operand to that which meets matrix n of the output. */
function matrixBytes(
  { shape: full }: tf.TensorInfo,
  leading: readonly number[],
  length: number,
): (n: number) => number {
  if (full.length === 2) return first;
  const own = full.slice(0, -2);
  if (own.every((size) => size === 1)) return first;
  // Axes of the output that the operand repeats along have stride 0.
  const strides = leading.map((_, axis) => {
    const at = axis - (leading.length - own.length);
    return at < 0 || own[at] === 1
      ? 0
      : own.slice(at + 1).reduce((product, size) => product * size, 4 * length);
  });
  return (n) => {
    let rest = n;
    let bytes = 0;
    for (let axis = leading.length - 1; axis >= 0; axis--) {
      bytes += (rest % leading[axis]!) * strides[axis]!;
      rest = Math.floor(rest / leading[axis]!);
    }
    return bytes;
  };
}
