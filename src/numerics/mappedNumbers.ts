/**
 * Bytes from which on a C library maps memory for an array alone and returns it to the system with the array: glibc's largest such
 * bound is 32 MiB. What is smaller comes from its heap, of which hardly anything returns while something behind it is in use.
 */
const MAPPED = 2 ** 25 + 2 ** 12;
/** Bytes from which on that is worth counting as that many: pages that nobody writes to take no memory, but the garbage collector counts them. */
const WORTH = MAPPED / 2;

/** So many zeros, for vectors of many rows that come and go. */
export function mappedNumbers(length: number): Float64Array {
  const bytes = length * Float64Array.BYTES_PER_ELEMENT;
  return bytes < WORTH || bytes >= MAPPED
    ? new Float64Array(length)
    : new Float64Array(new ArrayBuffer(MAPPED), 0, length);
}

/** A copy of numbers in such an array. */
export function mappedCopy(numbers: Float64Array): Float64Array {
  const copy = mappedNumbers(numbers.length);
  copy.set(numbers);
  return copy;
}
