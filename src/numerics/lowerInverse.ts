import { linearAlgebra } from './linearAlgebra.ts';
import { transpose } from './vectors.ts';

/** Orders below which halving costs more than it saves. */
const SMALL = 48;

/**
 * L^-1, n x n with zeros above the diagonal, for L in the lower triangle of `l`. By halves, so that nearly all of its n^3 / 3
 * multiplications are products of matrices: the inverse of [A 0; B C] is [A^-1 0; -C^-1 B A^-1 C^-1].
 */
export function lowerInverse(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const block = (
    of: Float64Array,
    row: number,
    column: number,
    rows: number,
    columns: number,
  ): Float64Array => {
    const found = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const start = (row + i) * n + column;
      found.set(of.subarray(start, start + columns), i * columns);
    }
    return found;
  };
  const invert = (from: number, size: number): void => {
    if (size <= SMALL) {
      invertSmall(l, inverse, n, from, size);
      return;
    }
    const top = size >> 1;
    const [middle, rest] = [from + top, size - top];
    invert(from, top);
    invert(middle, rest);
    const { multiplyTransposed } = linearAlgebra();
    const [below, product] = [new Float64Array(rest * top), new Float64Array(rest * top)];
    const inverseA = transpose(block(inverse, from, from, top, top), top, top);
    multiplyTransposed(block(l, middle, from, rest, top), inverseA, product, { m: rest, n: top, k: top });
    const inverseC = block(inverse, middle, middle, rest, rest);
    multiplyTransposed(inverseC, transpose(product, rest, top), below, { m: rest, n: top, k: rest });
    for (let i = 0; i < rest; i++)
      for (let j = 0; j < top; j++) inverse[(middle + i) * n + from + j] = -below[i * top + j]!;
  };
  invert(0, n);
  return inverse;
}

/** The block of `size` rows and columns from `from` on the diagonal, by forward substitution. */
function invertSmall(l: Float64Array, inverse: Float64Array, n: number, from: number, size: number): void {
  for (let i = from; i < from + size; i++) {
    inverse[i * n + i] = 1 / l[i * n + i]!;
    for (let j = from; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += l[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = -sum / l[i * n + i]!;
    }
  }
}
