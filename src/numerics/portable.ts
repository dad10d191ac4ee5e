import { type BlockKernel, type Floats, javaScriptBlocks, STRIP, simdBlocks } from './blockKernel.ts';
import type { LinearAlgebra, ProductShape } from './linearAlgebra.ts';
import type { StartThreads } from './productThreads.ts';
import { choleskySolve, times, transposedTimes } from './vectors.ts';

/** What is copied to a kernel at a time: enough that copies cost little, and that threads have their share. */
const BLOCKS = { rows: 512, columns: 512, depth: 256 };
/** Columns that the Cholesky factorisation eliminates one by one. */
const NARROW = 16;

/** Cache-blocked products around a small kernel. */
export const portable = wasmAlgebra() ?? portableAlgebra(javaScriptBlocks(BLOCKS));

/** The linear algebra of the best kernels that this engine has in WebAssembly, on threads if it is told how to start them. */
export function wasmAlgebra(startThreads?: StartThreads): LinearAlgebra | undefined {
  for (const fused of [true, false]) {
    const double = simdBlocks(BLOCKS, { element: 'float64', fused }, startThreads);
    if (!double) continue;
    const single = simdBlocks(BLOCKS, { element: 'float32', fused }, startThreads);
    return portableAlgebra(double, single);
  }
  return undefined;
}

/** The linear algebra that multiplies with a kernel, and with another one where single precision is enough. */
export function portableAlgebra(kernel: BlockKernel, single?: BlockKernel): LinearAlgebra {
  return {
    name: kernel.name,
    native: false,
    multiplyTransposed(a, b, c, shape) {
      if (shape.k === 0) c.fill(0, 0, shape.m * shape.n);
      write(kernel, { values: a, row: shape.k }, { values: b, row: shape.k }, c, shape.n, shape);
    },
    choleskyInPlace: (a, n) => factor(kernel, a, n, 0, n),
    ...{ choleskySolve, times, transposedTimes },
    ...(single && { single: portableAlgebra(single) }),
  };
}

/** Cholesky of columns start .. end - 1, rows below included, by halves; earlier columns have been subtracted already. */
function factor(kernel: BlockKernel, a: Float64Array, n: number, start: number, end: number): boolean {
  if (end - start <= NARROW) return factorColumns(a, n, start, end);
  const middle = start + NARROW * Math.ceil((end - start) / (2 * NARROW));
  if (!factor(kernel, a, n, start, middle)) return false;
  const left = { values: a.subarray(middle * n + start), row: n };
  const shape = { m: n - middle, n: end - middle, k: middle - start, lower: true };
  write(kernel, left, left, a.subarray(middle * n + middle), n, shape, true);
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

/** C = A B', or with `subtract` C -= A B', its rows `ldc` apart; lower: only up to the diagonal. */
function write(
  kernel: BlockKernel,
  a: Matrix,
  b: Matrix,
  c: Float64Array,
  ldc: number,
  { m, n, k, lower = false }: ProductShape,
  subtract = false,
): void {
  if (k === 0) return;
  for (let left = 0; left < n; left += kernel.columns) {
    const columns = Math.min(kernel.columns, n - left);
    for (let top = lower ? left : 0; top < m; top += kernel.rows) {
      const rows = Math.min(kernel.rows, m - top);
      // On the diagonal strip by strip, so that little above it is computed.
      const strip = lower && top < left + columns ? STRIP : rows;
      for (let from = 0; from < k; from += kernel.depth) {
        const depth = Math.min(kernel.depth, k - from);
        copyRows(b, left, columns, from, depth, kernel.b);
        kernel.takeB(columns, depth);
        copyRows(a, top, rows, from, depth, kernel.a);
        for (let start = 0; start < rows; start += strip) {
          const to = Math.min(rows, start + strip);
          kernel.multiply(
            { from: start, to },
            lower ? Math.min(columns, top + to - left) : columns,
            from > 0,
          );
        }
      }
      for (let i = 0; i < rows; i++) {
        const last = lower ? Math.min(columns, top + i - left + 1) : columns;
        const own = i * kernel.columns;
        let at = (top + i) * ldc + left;
        if (subtract) for (let j = own; j < own + last; j++) c[at++]! -= kernel.c[j]!;
        else c.set(kernel.c.subarray(own, own + last), at);
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
  target: Floats,
): void {
  if (depth === row) {
    target.set(values.subarray(first * row, (first + count) * row));
    return;
  }
  for (let i = 0; i < count; i++) {
    const start = (first + i) * row + from;
    target.set(values.subarray(start, start + depth), i * depth);
  }
}
