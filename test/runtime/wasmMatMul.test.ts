import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import type { WasmBackend } from '../../src/runtime/wasmBackend.ts';
import { multiplyInWasm, shareWasmCopies } from '../../src/runtime/wasmMatMul.ts';
import { sharedMemoryModule } from '../../src/runtime/wasmMemory.ts';
import { wasmProduct } from '../../src/runtime/wasmProduct.ts';
import { wasmThreads } from '../../src/runtime/wasmThreads.ts';

/** What reached the backend's own kernels, below the replacements. */
const received: string[] = [];
const threadsBefore = process.env.TF_NUM_INTRAOP_THREADS;

beforeAll(async () => {
  await import('@tensorflow/tfjs-backend-wasm');
  for (const name of ['BatchMatMul', '_FusedMatMul']) {
    const original = tf.getKernel(name, 'wasm');
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({
      ...original,
      kernelFunc: (call) => {
        received.push(name);
        return original.kernelFunc(call);
      },
    });
  }
  // The memory of the backend is shared only where there are threads.
  process.env.TF_NUM_INTRAOP_THREADS = '2';
  await loadRuntime('wasm');
});
afterAll(() => {
  if (threadsBefore === undefined) delete process.env.TF_NUM_INTRAOP_THREADS;
  else process.env.TF_NUM_INTRAOP_THREADS = threadsBefore;
});

interface Product {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly batchA?: number[];
  readonly batchB?: number[];
}

const gaussian = (name: string, length: number): Float32Array =>
  stream('wasm product', name).fillGaussian(new Float32Array(length));
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const backend = (): WasmBackend => tf.backend() as unknown as WasmBackend;

/** One product of row-major matrices in float64, by definition, and the sums of magnitudes that rounding is measured by. */
function product(
  [a, b]: readonly [Float32Array, Float32Array],
  { rows, depth, columns }: Product,
  transposeA: boolean,
  transposeB: boolean,
) {
  const values = new Float64Array(rows * columns);
  const sizes = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < depth; k++) {
        const term =
          a[transposeA ? k * rows + i : i * depth + k]! * b[transposeB ? j * depth + k : k * columns + j]!;
        values[i * columns + j]! += term;
        sizes[i * columns + j]! += Math.abs(term);
      }
  return { values, sizes };
}

/** Which matrix of an operand meets matrix n of a product whose leading axes are `leading`: NumPy's rule. */
function matrixOf(n: number, own: readonly number[], leading: readonly number[]): number {
  let rest = n;
  let index = 0;
  let stride = 1;
  for (let back = 1; back <= leading.length; back++) {
    const size = leading.at(-back)!;
    const length = back <= own.length ? own.at(-back)! : 1;
    if (length > 1) index += (rest % size) * stride;
    stride *= length;
    rest = Math.floor(rest / size);
  }
  return index;
}

async function expectRight(size: Product, transposeA: boolean, transposeB: boolean): Promise<void> {
  const { rows, depth, columns, batchA = [], batchB = [] } = size;
  const a = gaussian('a', sizeOf(batchA) * rows * depth);
  const b = gaussian('b', sizeOf(batchB) * depth * columns);
  const tensorA = tf.tensor(a, [...batchA, ...(transposeA ? [depth, rows] : [rows, depth])]);
  const tensorB = tf.tensor(b, [...batchB, ...(transposeB ? [columns, depth] : [depth, columns])]);
  const result = tf.matMul(tensorA, tensorB, transposeA, transposeB);
  const found = await result.data();

  const leading = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  expect(result.shape).toEqual([...leading, rows, columns]);
  for (let n = 0; n < sizeOf(leading); n++) {
    const [atA, atB] = [matrixOf(n, batchA, leading), matrixOf(n, batchB, leading)];
    const matrices = [
      a.subarray(atA * rows * depth, (atA + 1) * rows * depth),
      b.subarray(atB * depth * columns, (atB + 1) * depth * columns),
    ] as const;
    const { values, sizes } = product(matrices, size, transposeA, transposeB);
    // Rounding of a float32 sum: one unit in the last place of the sum of magnitudes for each of its terms.
    const wrong = values.findIndex(
      (value, i) => !(Math.abs(found[n * rows * columns + i]! - value) <= (depth + 1) * 2 ** -24 * sizes[i]!),
    );
    expect(wrong).toBe(-1);
  }
  tf.dispose([tensorA, tensorB, result]);
}

const transposes = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
const sizes: readonly Product[] = [
  { rows: 5, depth: 7, columns: 3 },
  { rows: 1, depth: 1, columns: 1 },
  { rows: 1, depth: 33, columns: 20 },
  { rows: 21, depth: 33, columns: 1 },
  { rows: 18, depth: 1, columns: 19 },
  { rows: 0, depth: 3, columns: 4 },
  { rows: 3, depth: 4, columns: 0 },
  { rows: 3, depth: 0, columns: 9 },
  { rows: 67, depth: 16, columns: 72 },
  // Longer than a block of depth, and wider than a block of columns.
  { rows: 70, depth: 531, columns: 17 },
  { rows: 5, depth: 3, columns: 4105 },
  // Enough for threads.
  { rows: 131, depth: 130, columns: 129 },
  { rows: 5, depth: 7, columns: 3, batchA: [4], batchB: [4] },
  { rows: 5, depth: 7, columns: 3, batchA: [2, 3], batchB: [2, 3] },
  { rows: 5, depth: 7, columns: 9, batchA: [1], batchB: [4] },
  { rows: 5, depth: 7, columns: 9, batchA: [4], batchB: [1] },
  { rows: 5, depth: 7, columns: 9, batchA: [4], batchB: [] },
  { rows: 6, depth: 5, columns: 9, batchA: [2, 1], batchB: [1, 3] },
  { rows: 6, depth: 5, columns: 9, batchA: [3], batchB: [2, 3] },
];

describe('the product on WebAssembly', () => {
  it.each(sizes)(
    'is that of float64 to float32 accuracy, for %o and every transpose, and leaves nothing behind',
    async (size) => {
      received.length = 0;
      const before = tf.engine().backend.numDataIds();
      for (const [transposeA, transposeB] of transposes) await expectRight(size, transposeA, transposeB);
      expect(tf.engine().backend.numDataIds()).toBe(before);
      expect(received).toEqual([]);
    },
  );

  it('does so for random shapes', async () => {
    const random = stream('wasm product', 'shapes');
    const length = (most: number): number => Math.floor(random.uniform() * most) + 1;
    for (let i = 0; i < 40; i++) {
      const size = { rows: length(40), depth: length(60), columns: length(40) };
      await expectRight(size, random.uniform() < 0.5, random.uniform() < 0.5);
    }
  });

  it('leaves its operands as they were', async () => {
    const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const b = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    tf.matMul(a, b, true, true).dispose();
    expect([...(await a.data()), ...(await b.data())]).toEqual([1, 2, 3, 4, 5, 6, 1, 0, 0, 1]);
    tf.dispose([a, b]);
  });

  it('spreads what is not a number over its own row and column only', async () => {
    const a = tf.tensor2d([Number.NaN, 1, 1, 1], [2, 2]);
    const out = tf.matMul(a, tf.ones([2, 9]));
    const values = await out.data();
    expect([...values.slice(0, 9)].every(Number.isNaN)).toBe(true);
    expect([...values.slice(9)]).toEqual(Array(9).fill(2));
    tf.dispose([a, out]);
  });

  it('gives back the memory it works in', () => {
    const a = tf.ones([260, 260]);
    tf.matMul(a, a).dispose();
    const memory = backend().wasm.asm!.memory as WebAssembly.Memory;
    const before = memory.buffer.byteLength;
    // Each takes 0.3 MB of scratch memory besides its output.
    for (let i = 0; i < 100; i++) tf.matMul(a, a, i % 2 === 0, i % 3 === 0).dispose();
    expect(memory.buffer.byteLength).toBe(before);
    a.dispose();
  });

  it('refuses factors that do not fit, naming their shapes', () => {
    const call = { transposeA: false, transposeB: false };
    const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])];
    expect(() => wasmProduct(backend())!.multiply(backend(), { a, b, ...call })).toThrow(/2,3/);
    tf.dispose([a, b]);
  });
});

describe('threads', () => {
  it('give the same bytes whatever their number, and again in every run', async () => {
    const a = tf.tensor(gaussian('left', 333 * 301), [333, 301]);
    const b = tf.tensor(gaussian('right', 301 * 211), [211, 301]);
    const results = [1, 2, 3, 3].map((count) => {
      const made = wasmProduct(backend(), (kernel, shared) => wasmThreads(count, kernel, shared))!;
      expect(made.threads).toBe(count);
      return Array.from({ length: 5 }, () => {
        const { dataId } = made.multiply(backend(), { a, b, transposeA: false, transposeB: true });
        const values = tf.engine().backend.readSync(dataId) as Float32Array;
        backend().disposeData(dataId);
        return Buffer.from(values.buffer).toString('base64');
      });
    });
    expect(new Set(results.flat()).size).toBe(1);
    tf.dispose([a, b]);
  });

  it.each([
    ['fails', [0x00], 60],
    // memory.atomic.wait32 without end, on an address that holds what is waited for.
    ['stops', [0x41, 0, 0x41, 0, 0x42, 0x7f, 0xfe, 0x01, 0x02, 0x00, 0x1a], 0.2],
  ])('one that %s within a task is no reason to wait for ever', (_, body, patience) => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const section = (id: number, bytes: number[]): number[] => [id, bytes.length, ...bytes];
    const text = (name: string): number[] => [name.length, ...Buffer.from(name)];
    const module = new WebAssembly.Module(
      new Uint8Array([
        ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, [1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0]),
        ...section(2, [1, ...text('env'), ...text('memory'), 2, 3, 1, 1]),
        ...section(3, [1, 0]),
        ...section(7, [1, ...text('multiply'), 0, 0]),
        ...section(10, [1, body.length + 2, 0, ...body, 0x0b]),
      ]),
    );
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const done: number[] = [];
    // Slow until the thread has started and taken a task, which is then not among those done here.
    const kernel = {
      packB: () => {},
      multiply(_job: number, _scratch: number, from: number) {
        done.push(from);
        if (from < done.length) Atomics.wait(pause, 0, 0, 20);
      },
    };
    const threads = wasmThreads(2, kernel, { module, memory }, patience);
    const work = { job: 0, scratch: 0, scratchBytes: 0, panels: 100, taskPanels: 1 };
    // The thread that is left meanwhile takes the tasks that the other does not.
    expect(() => threads.run(work)).toThrow(/a thread of the WebAssembly engine/);
    done.length = 0;
    threads.run({ ...work, panels: 5, taskPanels: 2 });
    expect(done).toEqual([0, 2, 4]);
  });

  it('need a memory that is shared; a module without one of its own cannot have it', () => {
    expect((backend().wasm.asm!.memory as WebAssembly.Memory).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sharedMemoryModule(new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toBeUndefined();
    // One page and no end.
    const endless = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1]);
    expect(sharedMemoryModule(endless)).toBeUndefined();
    const ended = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 4, 1, 1, 1, 2]);
    expect(WebAssembly.validate(sharedMemoryModule(ended)! as BufferSource)).toBe(true);
  });
});

describe('the fused product', () => {
  it.each(['linear', 'relu'] as const)('adds the bias before %s, in every block', async (activation) => {
    const size = { rows: 9, depth: 300, columns: 13 };
    const [a, b, bias] = [gaussian('a', 9 * 300), gaussian('b', 300 * 13), gaussian('bias', 13)];
    const tensors = [tf.tensor(a, [9, 300]), tf.tensor(b, [300, 13]), tf.tensor(bias)] as const;
    received.length = 0;
    const result = tf.fused.matMul({ a: tensors[0], b: tensors[1], bias: tensors[2], activation });
    expect(received).toEqual([]);
    const { values, sizes: magnitudes } = product([a, b], size, false, false);
    for (const [i, found] of (await result.data()).entries()) {
      const expected = values[i]! + bias[i % 13]!;
      const exact = activation === 'relu' ? Math.max(0, expected) : expected;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(302 * 2 ** -24 * (magnitudes[i]! + 4));
    }
    tf.dispose([...tensors, result]);
  });

  it('leaves other activations to the backend', () => {
    received.length = 0;
    const a = tf.ones([2, 2]);
    tf.dispose(tf.fused.matMul({ a, b: a, activation: 'elu' }));
    expect(received).toEqual(['_FusedMatMul']);
    a.dispose();
  });
});

describe('a copy of a tensor', () => {
  it('outlives the tensor, and the other way round', async () => {
    const before = tf.engine().backend.numDataIds();
    const x = tf.tensor1d([1, 2]);
    const copies = [tf.clone(x), tf.onesLike(x), x.clone()];
    x.dispose();
    copies[0]!.dispose();
    expect([...(await copies[2]!.data())]).toEqual([1, 2]);
    tf.dispose(copies);
    const v = tf.variable(tf.tensor1d([1]));
    const seen = v.clone();
    v.assign(tf.tensor1d([2]));
    expect([...(await seen.data()), ...(await v.data())]).toEqual([1, 2]);
    tf.dispose([v, seen]);
    expect(tf.engine().backend.numDataIds()).toBe(before + 2); // the two tensors of the variable
    tf.disposeVariables();
  });
});

describe('the replacement of the backend kernels', () => {
  it('is registered once however often it is asked for', () => {
    const kernels = ['BatchMatMul', '_FusedMatMul', 'Identity'].map((name) => tf.getKernel(name, 'wasm'));
    const found = multiplyInWasm();
    shareWasmCopies();
    expect(['BatchMatMul', '_FusedMatMul', 'Identity'].map((name) => tf.getKernel(name, 'wasm'))).toEqual(
      kernels,
    );
    expect(multiplyInWasm()).toBe(found);
  });

  it('belongs to the version of the backend it was written for', () => {
    expect(version_wasm).toBe('4.22.0');
    expect(tf.version['tfjs-core']).toBe('4.22.0');
  });
});
