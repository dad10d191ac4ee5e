import { type Code, constant, type Local, shuffle, V128, vector } from './wasmCode.ts';

/** Instructions on float32 in four lanes, and on numbers of float64, for functions that wasmCode.ts assembles. */

/** The greatest factor, which float32 still holds, and the smallest divisor. */
export const [LARGEST, TINY] = [3e38, 1.2e-38];

export const float64 = (value: number): Code => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)];
export const splat = (value: Code): Code => vector(0x13, value);
export const ZEROS = splat([0x43, 0, 0, 0, 0]);
export const absolute = (a: Code): Code => vector(0xe0, a);
export const plus = (a: Code, b: Code): Code => vector(0xe4, a, b);
export const minus = (a: Code, b: Code): Code => vector(0xe5, a, b);
export const times = (a: Code, b: Code): Code => vector(0xe6, a, b);
/** NaN where either is. */
export const most = (a: Code, b: Code): Code => vector(0xe9, a, b);
/** a in its bounds, and NaN where it is: one instruction each on any machine, unlike `most`. */
export const between = (a: Code, low: Code, high: Code): Code => vector(0xea, vector(0xeb, a, low), high);
export const negated = (a: Code): Code => vector(0xe1, a);
/** a in the lanes of a mask, b in the others. */
export const select = (a: Code, b: Code, mask: Code): Code => vector(0x52, a, b, mask);
export const above = (a: Code, b: Code): Code => vector(0x44, a, b);
export const and = (a: Code, b: Code): Code => vector(0x4e, a, b);
export const or = (a: Code, b: Code): Code => vector(0x50, a, b);
export const exclusiveOr = (a: Code, b: Code): Code => vector(0x51, a, b);
export const SIGN = vector(0x11, constant(-(2 ** 31)));

export const divided = (a: Code, b: Code): Code => [a, b, 0xa3];
export const root = (a: Code): Code => [a, 0x9f];
export const smaller = (a: Code, b: Code): Code => [a, b, 0xa4];
export const larger = (a: Code, b: Code): Code => [a, b, 0xa5];
/** The number of float32 at an address, as it is and as float64, and a number of float64 in every lane. */
export const floatAt = (address: Local): Code => [address.get, 0x2a, 2, 0];
export const numberAt = (address: Local): Code => [floatAt(address), 0xbb];
export const everywhere = (value: Code): Code => splat([value, 0xb6]);

/** Sums of float64 in four lanes. */
export interface Sum {
  readonly clear: Code;
  /** Adds the products of two vectors of float32, lane by lane. */
  addProduct(a: Local, b: Local): Code;
  /** Adds a vector of float32. */
  addVector(a: Local): Code;
  readonly total: Code;
}

export function sumOf(local: (type: number) => Local): Sum {
  const halves = [local(V128), local(V128)] as const;
  const promoted = [
    (a: Local): Code => vector(0x5f, a.get),
    (a: Local): Code => vector(0x5f, shuffle(a.get, a.get, [2, 3, 2, 3])),
  ] as const;
  const lane = (half: Local, i: number): Code => [vector(0x21, half.get), i];
  const addBoth = (term: (promote: (a: Local) => Code) => Code): Code =>
    halves.map((half, i) => half.set(vector(0xf0, half.get, term(promoted[i]!))));
  const [low, high] = halves;
  return {
    clear: halves.map((half) => half.set(ZEROS)),
    addProduct: (a, b) => addBoth((promote) => vector(0xf2, promote(a), promote(b))),
    addVector: (a) => addBoth((promote) => promote(a)),
    total: [
      [lane(low, 0), lane(low, 1), 0xa0],
      [lane(high, 0), lane(high, 1), 0xa0, 0xa0],
    ],
  };
}
