import { afterAll, beforeAll, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { compareInWasm } from '../../src/runtime/wasmElementwise.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(() => loadRuntime('wasm'));
afterAll(testRuntime);

/** Numbers of every kind, then Gaussian ones. */
const values = (name: string, length: number): Float32Array => {
  const all = stream('elementwise', name).fillGaussian(new Float32Array(length));
  const special = [
    0,
    -0,
    1e-40,
    -1e-40,
    1e-20,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ];
  for (let i = 0; i < Math.min(length, special.length); i++) all[i] = special[i]!;
  return all;
};

it.each([0, 1, 3, 4, 7, 16, 61])('the sign of %i numbers is that of each, however small', async (length) => {
  const before = tf.engine().backend.numDataIds();
  const x = values('x', length);
  const tensor = tf.tensor1d(x);
  const sign = tf.sign(tensor);
  // Of what is not a number the backend takes 0.
  const expected = [...x].map((value) => (value > 0 ? 1 : value < 0 ? -1 : 0));
  expect([...(await sign.data())]).toEqual(expected);
  expect([...(await tensor.data())]).toEqual([...x]);
  tf.dispose([tensor, sign]);
  expect(tf.engine().backend.numDataIds()).toBe(before);
});

it.each([0, 1, 15, 16, 17, 67])('of %i pairs it says where the first is greater', async (length) => {
  const before = tf.engine().backend.numDataIds();
  const a = values('a', length);
  const b = values('b', length).reverse();
  if (length > 20) b[20] = a[20]!;
  const tensors = [tf.tensor1d(a), tf.tensor1d(b)] as const;
  const greater = tf.greater(...tensors);
  expect(greater.dtype).toBe('bool');
  expect([...(await greater.data())]).toEqual([...a].map((value, i) => Number(value > b[i]!)));
  tf.dispose([...tensors, greater]);
  expect(tf.engine().backend.numDataIds()).toBe(before);
});

it('leaves other types and shapes to the backend', async () => {
  const [x, y, column] = [tf.tensor1d([-3, 4], 'int32'), tf.tensor1d([1, 2]), tf.tensor2d([[1], [2]])];
  const results = [tf.sign(y.toInt().toFloat()), tf.greater(x, tf.scalar(0, 'int32')), tf.greater(column, y)];
  expect(await Promise.all(results.map(async (result) => [...(await result.data())]))).toEqual([
    [1, 1],
    [0, 1],
    [0, 0, 1, 0],
  ]);
  tf.dispose([x, y, column, ...results]);
});

it('is registered once however often it is asked for', () => {
  const kernels = ['Sign', 'Greater'].map((name) => tf.getKernel(name, 'wasm'));
  compareInWasm();
  expect(['Sign', 'Greater'].map((name) => tf.getKernel(name, 'wasm'))).toEqual(kernels);
});
