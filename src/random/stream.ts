import seedrandom from 'seedrandom';
import { checkSeed } from '../errors.ts';

/**
 * A named stream of random numbers. The same key gives the same numbers on every platform and Node version;
 * different keys give unrelated streams, so each role (weights, inputs, noise) takes a key of its own.
 */
export interface Stream {
  /** Uniform on [0, 1) with 53 random bits. */
  uniform(): number;
  /** Fills `out` with independent N(0, scale^2) values and returns it; two short fills equal one long one. */
  fillGaussian<A extends Float32Array | Float64Array>(out: A, scale?: number): A;
  /** A uniformly random permutation of 0 .. n-1. */
  permutation(n: number): Uint32Array;
}

/**
 * A whole number written out is that number, so that a seed is the same from a command line and from code. Of more than
 * 15 digits it is left alone, as the 16 characters that name a cell may all be digits.
 */
const plain = (key: number | string): number | string =>
  typeof key === 'string' && /^(0|-?[1-9]\d{0,14})$/.test(key) ? Number(key) : key;

/**
 * The stream named by the path of `keys`, such as `stream(seed, 'teacher', 'beta')`. The keys 7 and '7' are one.
 */
export function stream(...keys: readonly (string | number)[]): Stream {
  if (keys.length === 0) throw new RangeError('a random stream needs a name');
  for (const key of keys) checkSeed(key);
  // JSON keeps ('a/b') and ('a', 'b') apart; xor4096 is fast and its output is part of our reproducibility.
  const generator = seedrandom.xor4096(JSON.stringify(keys.map(plain)));
  const uniform = (): number => generator.double();
  // Marsaglia's polar method makes normals in pairs, from a point uniform in the disc; the second one waits here.
  let spare: number | undefined;
  const gaussian = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const radius = Math.sqrt((-2 * Math.log(s)) / s);
    spare = v * radius;
    return u * radius;
  };
  return {
    uniform,
    fillGaussian(out, scale = 1) {
      for (let i = 0; i < out.length; i++) out[i] = scale * gaussian();
      return out;
    },
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1));
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
  };
}
