import { javaScriptTile } from './javaScriptTile.ts';
import type { LinearAlgebra, ProductShape } from './linearAlgebra.ts';
import { simdTile } from './simdTile.ts';

/** Columns of A and B taken at a time: a packed panel of B then stays in the cache of one core. */
const DEPTH = 256;
/** Rows of B taken at a time. */
const PANEL = 128;
/** Columns eliminated at a time by the Cholesky factorisation. */
const BLOCK = 48;

const simd = simdTile(4 * DEPTH, PANEL * DEPTH);
const kernel = simd ?? javaScriptTile(4 * DEPTH, PANEL * DEPTH);

/** Cache-blocked products around a small kernel: 6 (SIMD) or 3 billion multiply-adds a second on a current core. */
export const portable: LinearAlgebra = {
  name: simd ? 'WebAssembly SIMD' : 'plain JavaScript',
  native: false,
  multiplyTransposed(a, b, c, shape) {
    c.fill(0, 0, shape.m * shape.n);
    accumulate(a, shape.k, b, shape.k, c, shape.n, 0, shape, 1);
  },
  choleskyInPlace(a, n) {
    let panel = new Float64Array(0);
    for (let start = 0; start < n; start += BLOCK) {
      const end = Math.min(n, start + BLOCK);
      if (!factorBlock(a, n, start, end)) return false;
      const rows = n - end;
      const width = end - start;
      if (rows === 0) break;
      // The rows below the block, copied so that the update of the rest reads them contiguously.
      if (panel.length < rows * width) panel = new Float64Array(rows * width);
      for (let i = 0; i < rows; i++)
        panel.set(a.subarray((end + i) * n + start, (end + i) * n + end), i * width);
      accumulate(
        panel,
        width,
        panel,
        width,
        a,
        n,
        end * n + end,
        { m: rows, n: rows, k: width, lower: true },
        -1,
      );
    }
    return true;
  },
};

/** Cholesky of columns start .. end - 1, rows below included; earlier columns have been subtracted already. */
function factorBlock(a: Float64Array, n: number, start: number, end: number): boolean {
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

/** C += sign A B', C beginning at `origin` with row length `ldc`; lower: blocks above the diagonal are skipped. */
function accumulate(
  a: Float64Array,
  lda: number,
  b: Float64Array,
  ldb: number,
  c: Float64Array,
  ldc: number,
  origin: number,
  { m, n, k, lower = false }: ProductShape,
  sign: number,
): void {
  for (let from = 0; from < k; from += DEPTH) {
    const depth = Math.min(DEPTH, k - from);
    for (let left = 0; left < n; left += PANEL) {
      const columns = Math.min(PANEL, n - left);
      for (let j = 0; j < columns; j += 4)
        pack(b, ldb, left + j, Math.min(4, columns - j), from, depth, kernel.b, j * depth, 1);
      for (let i = lower ? left - (left % 4) : 0; i < m; i += 4) {
        const rows = Math.min(4, m - i);
        pack(a, lda, i, rows, from, depth, kernel.a, 0, sign);
        // On the diagonal a tile may reach above it; what lies right of it is skipped.
        const limit = lower ? Math.min(columns, i + rows - left) : columns;
        for (let j = 0; j < limit; j += 4) {
          kernel.run(depth, j * depth);
          addSums(c, origin + i * ldc + left + j, ldc, rows, Math.min(4, columns - j));
        }
      }
    }
  }
}

/** Four rows interleaved column by column, missing ones as zeros. */
function pack(
  source: Float64Array,
  ld: number,
  row: number,
  rows: number,
  from: number,
  depth: number,
  target: Float64Array,
  at: number,
  sign: number,
): void {
  for (let r = 0; r < 4; r++) {
    if (r >= rows) for (let p = 0; p < depth; p++) target[at + 4 * p + r] = 0;
    else {
      const start = (row + r) * ld + from;
      for (let p = 0; p < depth; p++) target[at + 4 * p + r] = sign * source[start + p]!;
    }
  }
}

/** C[rows x columns] += the kernel's sums. */
function addSums(c: Float64Array, cStart: number, ldc: number, rows: number, columns: number): void {
  const { sums } = kernel;
  if (rows < 4 || columns < 4) {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) c[cStart + i * ldc + j]! += sums[4 * i + j]!;
    return;
  }
  for (let i = 0, o = cStart; i < 16; i += 4, o += ldc) {
    c[o]! += sums[i]!;
    c[o + 1]! += sums[i + 1]!;
    c[o + 2]! += sums[i + 2]!;
    c[o + 3]! += sums[i + 3]!;
  }
}
