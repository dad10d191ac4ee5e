import { expect, it } from 'vitest';
import { halves, pick, stacked, worse } from '../../src/attacks/perSample.ts';
import { readsAtOnce, tensorOf } from '../../src/runtime/hostNumbers.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

const MASK = [1, 0, 0, 1, 1, 0, 1];

it.each(['native', 'wasm', 'js'] as const)(
  'picks numbers, rows and images whole on %s (exact)',
  async (device) => {
    await (device === 'native' ? testRuntime() : loadRuntime(device));
    const before = tf.memory().numTensors;
    const mask = tf.tensor1d(MASK, 'bool');
    for (const shape of [[7], [7, 1], [7, 5], [7, 2, 3, 2]]) {
      const size = shape.reduce((product, m) => product * m, 1);
      const count = tf.tidy(() => tf.range(1, size + 1).reshape(shape));
      const picked = tf.tidy(() => pick(mask, count.neg(), count).dataSync());
      const width = size / MASK.length;
      expect([...picked]).toEqual(
        Array.from({ length: size }, (_, k) => (MASK[Math.floor(k / width)] ? 1 : -1) * (k + 1)),
      );
      count.dispose();
    }
    mask.dispose();
    expect(tf.memory().numTensors).toBe(before);
  },
);

it.each(['native', 'wasm', 'js'] as const)(
  'keeps the worse of each sample, never a NaN, the second where they are equal, on %s (exact)',
  async (device) => {
    await (device === 'native' ? testRuntime() : loadRuntime(device));
    const before = tf.memory().numTensors;
    const [first, second] = [
      [1, 2, 3, Number.NaN, 5, 6],
      [1, 3, 2, 9, Number.NaN, 7],
    ].map((losses, k) => ({
      x: tf.tidy(() =>
        tf
          .range(0, 24)
          .mul(1 - 2 * k)
          .reshape([6, 2, 2]),
      ),
      loss: tf.tensor1d(losses),
    })) as [{ x: tf.Tensor; loss: tf.Tensor }, { x: tf.Tensor; loss: tf.Tensor }];
    const found = worse(first, second);
    expect([...found.loss.dataSync()]).toEqual([1, 3, 3, Number.NaN, 5, 7]);
    expect([...found.x.dataSync()].map(Math.sign)).toEqual(
      [-1, -1, 1, 1, 1, -1].flatMap((sign, i) => (i ? [sign, sign, sign, sign] : [-0, -1, -1, -1])),
    );
    const both = stacked(first.x, second.x);
    expect([both.shape, [...both.dataSync()]]).toEqual([
      [12, 2, 2],
      [...first.x.dataSync(), ...second.x.dataSync()],
    ]);
    halves(both).forEach((half, k) => {
      expect(half.shape).toEqual([6, 2, 2]);
      expect([...half.dataSync()]).toEqual([...[first, second][k]!.x.dataSync()]);
      half.dispose();
    });
    tf.dispose([first, second, found, both]);
    expect(tf.memory().numTensors).toBe(before);
  },
);

it('picks by a mask that this thread holds as by one that the engine has (exact)', async () => {
  await testRuntime();
  const values = Uint8Array.from({ length: 50 }, (_, i) => (i % 7 < 3 ? 1 : 0));
  // Rows of more numbers than are read at once as well.
  for (const width of [3, 7000]) {
    const [a, b] = [tf.randomNormal([50, width]), tf.randomNormal([50, width])];
    for (const chosen of [values, new Uint8Array(50), new Uint8Array(50).fill(1)]) {
      const [here, there] = [tensorOf(chosen, [50]), tf.tensor1d(chosen, 'bool')];
      const [found, expected] = [here, there].map((one) => pick(one, a, b));
      expect(found!.dataSync()).toEqual(expected!.dataSync());
      tf.dispose([here, there, found!, expected!]);
    }
    tf.dispose([a, b]);
  }
  expect(readsAtOnce(50 * 7000)).toBe(tf.getBackend() === 'cpu');
});
