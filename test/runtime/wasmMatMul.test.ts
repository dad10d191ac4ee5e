import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { transposeBeforeWasmMatMul } from '../../src/runtime/wasmMatMul.ts';

/** What reached the backend's own BatchMatMul, below the replacement. */
const received: { transposeA: boolean; transposeB: boolean }[] = [];

beforeAll(async () => {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      received.push(call.attrs as unknown as (typeof received)[number]);
      return original.kernelFunc(call);
    },
  });
  await loadRuntime('wasm');
});

const ROWS = 5;
const INNER = 7;
const COLUMNS = 3;

/** One product of row-major matrices in float64, by definition. */
function product(a: Float32Array, b: Float32Array, transposeA: boolean, transposeB: boolean) {
  const values = new Float64Array(ROWS * COLUMNS);
  const sizes = new Float64Array(ROWS * COLUMNS);
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      for (let k = 0; k < INNER; k++) {
        const term =
          a[transposeA ? k * ROWS + i : i * INNER + k]! * b[transposeB ? j * INNER + k : k * COLUMNS + j]!;
        values[i * COLUMNS + j]! += term;
        sizes[i * COLUMNS + j]! += Math.abs(term);
      }
    }
  }
  return { values, sizes };
}

/** Rounding of a float32 sum of INNER products: INNER units in the last place of the sum of magnitudes. */
const FLOAT32 = INNER * 2 ** -24;

const transposes = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
const batches: { name: string; a: number[]; b: number[] }[] = [
  { name: 'two matrices', a: [], b: [] },
  { name: 'a batch of each', a: [4], b: [4] },
  { name: 'batches in two dimensions', a: [2, 3], b: [2, 3] },
  { name: 'one left factor for a batch of right ones', a: [1], b: [4] },
  { name: 'one right factor for a batch of left ones', a: [4], b: [1] },
];

describe('the product on WebAssembly', () => {
  for (const [transposeA, transposeB] of transposes) {
    for (const { name, a: batchA, b: batchB } of batches) {
      it(`is right for ${name}, A${transposeA ? "'" : ''} B${transposeB ? "'" : ''}`, async () => {
        const random = stream('wasm product', name);
        const sizeA = tf.util.sizeFromShape(batchA);
        const sizeB = tf.util.sizeFromShape(batchB);
        const a = random.fillGaussian(new Float32Array(sizeA * ROWS * INNER));
        const b = random.fillGaussian(new Float32Array(sizeB * INNER * COLUMNS));
        const shapeA = [...batchA, ...(transposeA ? [INNER, ROWS] : [ROWS, INNER])];
        const shapeB = [...batchB, ...(transposeB ? [COLUMNS, INNER] : [INNER, COLUMNS])];

        const before = tf.engine().backend.numDataIds();
        const tensors = [tf.tensor(a, shapeA), tf.tensor(b, shapeB)] as const;
        const result = tf.matMul(tensors[0], tensors[1], transposeA, transposeB);
        const found = await result.data();

        const batch = Math.max(sizeA, sizeB);
        expect(result.shape).toEqual([...(sizeA > sizeB ? batchA : batchB), ROWS, COLUMNS]);
        for (let n = 0; n < batch; n++) {
          const one = (x: Float32Array, size: number) => {
            const length = x.length / size;
            return x.subarray((n % size) * length, ((n % size) + 1) * length);
          };
          const { values, sizes } = product(one(a, sizeA), one(b, sizeB), transposeA, transposeB);
          for (const [i, value] of values.entries()) {
            expect(Math.abs(found[n * ROWS * COLUMNS + i]! - value)).toBeLessThanOrEqual(FLOAT32 * sizes[i]!);
          }
        }
        tf.dispose([...tensors, result]);
        expect(tf.engine().backend.numDataIds()).toBe(before);
      });
    }
  }

  it('leaves its operands as they were', async () => {
    const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const b = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    tf.matMul(a, b, true, true).dispose();
    expect([...(await a.data()), ...(await b.data())]).toEqual([1, 2, 3, 4, 5, 6, 1, 0, 0, 1]);
    tf.dispose([a, b]);
  });
});

describe('the replacement of the backend kernel', () => {
  it('hands the backend only operands that need no transpose, also for gradients of a product', () => {
    received.length = 0;
    const a = tf.ones([2, 3]);
    const b = tf.ones([3, 4]);
    tf.dispose(tf.matMul(tf.ones([3, 2]), tf.ones([4, 3]), true, true));
    tf.dispose(tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y))([a, b]));
    expect(received.length).toBeGreaterThanOrEqual(4);
    expect(received.every(({ transposeA, transposeB }) => !transposeA && !transposeB)).toBe(true);
    tf.dispose([a, b]);
  });

  it('is registered once however often it is asked for', () => {
    const kernel = tf.getKernel('BatchMatMul', 'wasm');
    transposeBeforeWasmMatMul();
    expect(tf.getKernel('BatchMatMul', 'wasm')).toBe(kernel);
  });

  it('belongs to the version of the backend it was written for', () => {
    expect(version_wasm).toBe('4.22.0');
    expect(tf.version['tfjs-core']).toBe('4.22.0');
  });
});
