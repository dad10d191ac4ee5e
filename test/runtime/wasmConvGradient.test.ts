import { afterAll, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

afterAll(testRuntime);

const numbers = (name: string, size: number): Float32Array =>
  stream('conv', name).fillGaussian(new Float32Array(size));

it.each([
  { size: [8, 8], channels: 1, filter: [3, 3], filters: 4, strides: 1, pad: 'same' as const },
  { size: [8, 8], channels: 3, filter: [3, 3], filters: 5, strides: 2, pad: 'same' as const },
  { size: [9, 7], channels: 2, filter: [2, 4], filters: 3, strides: 2, pad: 'valid' as const },
  { size: [10, 6], channels: 2, filter: [3, 3], filters: 3, strides: 3, pad: 1 },
  { size: [7, 8], channels: 2, filter: [2, 4], filters: 3, strides: 2, pad: 'same' as const },
  { size: [5, 5], channels: 2, filter: [1, 1], filters: 2, strides: 2, pad: 0 },
])(
  'WebAssembly has the filter gradients of plain JavaScript: $filter over $size by $strides, pad $pad',
  async ({ size: [height, width], channels, filter: [high, wide], filters, strides, pad }) => {
    const shape: [number, number, number, number] = [high!, wide!, channels, filters];
    const gradient = async (device: 'wasm' | 'js'): Promise<Float32Array> => {
      await loadRuntime(device);
      const before = tf.memory().numTensors;
      const found = tf.tidy(() => {
        const x = tf.tensor4d(numbers('x', 3 * height! * width! * channels), [3, height!, width!, channels]);
        const w = tf.tensor4d(numbers('w', high! * wide! * channels * filters), shape);
        const round = typeof pad === 'number' ? ('floor' as const) : undefined;
        const output = (kernel: tf.Tensor) =>
          tf.conv2d(x, kernel as tf.Tensor4D, strides, pad, 'NHWC', 1, round);
        const weights = tf.tensor(numbers('weights', output(w).size), output(w).shape);
        return tf
          .grad((kernel) => output(kernel).mul(weights).sum())(w)
          .dataSync() as Float32Array;
      });
      expect(tf.memory().numTensors).toBe(before);
      return found;
    };
    const [wasm, js] = [await gradient('wasm'), await gradient('js')];
    expect(wasm).toHaveLength(js.length);
    // float32 sums of at most 200 terms of size one.
    wasm.forEach((value, i) => {
      expect(Math.abs(value - js[i]!)).toBeLessThan(1e-4);
    });
  },
);
