import { type BlockKernel, javaScriptBlocks, simdBlocks } from './blockKernel.ts';
import type { LinearAlgebra, ProductShape } from './linearAlgebra.ts';

/** What is multiplied at a time: the packed blocks then stay in the caches of one core. */
const BLOCKS = { rows: 32, columns: 128, depth: 256 };
/** Columns that the Cholesky factorisation eliminates one by one. */
const NARROW = 16;

const best = simdBlocks(BLOCKS, true) ?? simdBlocks(BLOCKS, false) ?? javaScriptBlocks(BLOCKS);

/** Cache-blocked products around a small kernel. */
export const portable = portableAlgebra(best);

/** The linear algebra that multiplies with a kernel. */
export function portableAlgebra(kernel: BlockKernel): LinearAlgebra {
  return {
    name: kernel.name,
    native: false,
    multiplyTransposed(a, b, c, shape) {
      c.fill(0, 0, shape.m * shape.n);
      accumulate(kernel, { values: a, row: shape.k }, { values: b, row: shape.k }, c, shape.n, shape, 1);
    },
    choleskyInPlace: (a, n) => factor(kernel, a, n, 0, n),
  };
}

/** Cholesky of columns start .. end - 1, rows below included, by halves; earlier columns have been subtracted already. */
function factor(kernel: BlockKernel, a: Float64Array, n: number, start: number, end: number): boolean {
  if (end - start <= NARROW) return factorColumns(a, n, start, end);
  const middle = start + NARROW * Math.ceil((end - start) / (2 * NARROW));
  if (!factor(kernel, a, n, start, middle)) return false;
  const left = { values: a.subarray(middle * n + start), row: n };
  const shape = { m: n - middle, n: end - middle, k: middle - start, lower: true };
  accumulate(kernel, left, left, a.subarray(middle * n + middle), n, shape, -1);
  return factor(kernel, a, n, middle, end);
}

function factorColumns(a: Float64Array, n: number, start: number, end: number): boolean {
  for (let i = start; i < n; i++) {
    const row = i * n;
    const last = Math.min(i, end - 1);
    for (let j = start; j <= last; j++) {
      const rowJ = j * n;
      let sum = a[row + j]!;
      for (let k = start; k < j; k++) sum -= a[row + k]! * a[rowJ + k]!;
      if (i > j) a[row + j] = sum / a[rowJ + j]!;
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) a[row + j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** A matrix within an array: its first number is the first of `values`, and each of its rows begins `row` after the last. */
interface Matrix {
  readonly values: Float64Array;
  readonly row: number;
}

/** C += sign A B', its rows `ldc` apart; lower: only up to the diagonal. */
function accumulate(
  kernel: BlockKernel,
  a: Matrix,
  b: Matrix,
  c: Float64Array,
  ldc: number,
  { m, n, k, lower = false }: ProductShape,
  sign: number,
): void {
  for (let from = 0; from < k; from += BLOCKS.depth) {
    const depth = Math.min(BLOCKS.depth, k - from);
    for (let left = 0; left < n; left += BLOCKS.columns) {
      const columns = Math.min(BLOCKS.columns, n - left);
      copyRows(b, left, columns, from, depth, kernel.b);
      kernel.takeB(columns, depth);
      for (let top = lower ? left : 0; top < m; top += BLOCKS.rows) {
        const rows = Math.min(BLOCKS.rows, m - top);
        const width = lower ? Math.min(columns, top + rows - left) : columns;
        copyRows(a, top, rows, from, depth, kernel.a);
        kernel.multiply(rows, width);
        for (let i = 0; i < rows; i++) {
          const last = lower ? Math.min(width, top + i - left + 1) : width;
          let to = (top + i) * ldc + left;
          for (let at = i * BLOCKS.columns; at < i * BLOCKS.columns + last; at++)
            c[to++]! += sign * kernel.c[at]!;
        }
      }
    }
  }
}

function copyRows(
  { values, row }: Matrix,
  first: number,
  count: number,
  from: number,
  depth: number,
  target: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const start = (first + i) * row + from;
    target.set(values.subarray(start, start + depth), i * depth);
  }
}
