import type { Runtime } from './runtime.ts';
import { tf } from './tf.ts';

export interface MatmulRate {
  /** The products are of two size x size matrices. */
  size: number;
  /** Median over the repetitions, counting 2 size^3 operations a product. */
  gigaflopsPerSecond: number;
  repetitions: number;
}

/** How fast the engine that runs multiplies two square float32 matrices. */
export async function measureMatmulRate({ device, engine }: Runtime): Promise<MatmulRate> {
  const size = device === 'js' || engine.endsWith('in software') ? 256 : 1024;
  const a = tf.fill([size, size], 0.5);
  const seconds: number[] = [];
  const product = async () => {
    const before = performance.now();
    // Reading one number waits for an engine that works in the background.
    const corner = tf.tidy(() => tf.matMul(a, a).slice([0, 0], [1, 1]));
    await corner.data();
    corner.dispose();
    seconds.push((performance.now() - before) / 1000);
  };
  await product();
  seconds.length = 0;
  const start = performance.now();
  while (seconds.length < 5 || (seconds.length < 50 && performance.now() - start < 500)) await product();
  a.dispose();
  seconds.sort((x, y) => x - y);
  const median = seconds[Math.floor(seconds.length / 2)]!;
  return { size, gigaflopsPerSecond: (2 * size ** 3) / median / 1e9, repetitions: seconds.length };
}
