import { expect, it } from 'vitest';
import { mappedCopy, mappedNumbers } from '../../src/numerics/mappedNumbers.ts';

/** Numbers of half the bound, and of the bound. */
const [worth, bound] = [2 ** 21 + 2 ** 8, 2 ** 22 + 2 ** 9];

it.each([0, 3, worth - 1, worth, bound - 1, bound])(
  'has %i zeros, and a copy of what is written there',
  (length) => {
    const numbers = mappedNumbers(length);
    expect(numbers.length).toBe(length);
    expect(numbers.every((value) => value === 0)).toBe(true);
    // Only what the C library would else take from its heap, and hardly less than its bound, is larger than asked for.
    const isRoomier = length >= worth && length < bound;
    expect(numbers.buffer.byteLength).toBe(8 * (isRoomier ? bound : length));
    numbers.set([4, 5].slice(0, length));
    const copy = mappedCopy(numbers);
    numbers.fill(1);
    expect([...copy.subarray(0, 3)]).toEqual([4, 5, 0].slice(0, length));
    expect(copy.length).toBe(length);
  },
);
