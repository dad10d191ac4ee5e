import { expect, it } from 'vitest';
import { pick } from '../../src/attacks/perSample.ts';
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
