import { checkInteger } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import type { ReadoutNorm } from './cone/rowNorms.ts';

/** Iterations that `solveReadout` usually needs for a relative gap of 1e-6. */
const ITERATIONS = 6;
/** What passes over memory add to the multiplications. */
const OVERHEAD = 1.5;

/** What the time of solving a read-out depends on. */
export interface ReadoutSizes {
  /** Rows. */
  readonly n: number;
  /** Input dimension. */
  readonly d: number;
  /** Features. */
  readonly N: number;
  /** Of the attack, default 'l2'. */
  readonly norm?: ReadoutNorm;
}

/** Roughly the multiply-adds that `solveReadout` will take, what passes over memory take counted as such: the same everywhere. */
export function expectedWork({ n, d, N, norm = 'l2' }: ReadoutSizes): number {
  // A Newton matrix from 3 n columns, its factor, and seven products with all the gradients.
  const products = 1.5 * n * N * N + N ** 3 / 6 + 7 * n * N * d;
  // In linf the gradients' own Gram matrix too, of which half the slopes of a ReLU leave a quarter.
  const once = norm === 'l2' ? products : products + (n * d * N * N) / 8;
  return OVERHEAD * ITERATIONS * once;
}

/**
 * Roughly how long `solveReadout` will take here, for a word before a long run: its multiply-adds over the rate of this
 * machine's linear algebra, measured on a small product in a few milliseconds. It differs from one call to the next.
 * @param sizes rows n, input dimension d, features N, and the norm of the attack, default 'l2'
 */
export function expectedSeconds(sizes: ReadoutSizes): number {
  for (const name of ['n', 'd', 'N'] as const) checkInteger(name, sizes[name]);
  const size = 256;
  const a = new Float64Array(size * size).fill(1);
  const c = new Float64Array(size * size);
  const shape = { m: size, n: size, k: size };
  let best = Number.POSITIVE_INFINITY;
  // The first runs compile or wake threads.
  for (let round = 0; round < 4; round++) {
    const started = performance.now();
    linearAlgebra().multiplyTransposed(a, a, c, shape);
    best = Math.min(best, performance.now() - started);
  }
  return (expectedWork(sizes) * best) / 1e3 / size ** 3;
}
