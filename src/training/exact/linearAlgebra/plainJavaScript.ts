import type { LinearAlgebra, ProductShape } from './linearAlgebra.ts';

/** Columns of A and B taken at a time: a packed panel of B then stays in the cache of one core. */
const DEPTH = 256;
/** Rows of B taken at a time. */
const PANEL = 128;
/** Columns eliminated at a time by the Cholesky factorisation. */
const BLOCK = 48;

/** Cache-blocked kernels on flat arrays; about three billion multiply-adds a second on a current core. */
export const plainJavaScript: LinearAlgebra = {
  name: 'plain JavaScript',
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
  const packedB = new Float64Array(PANEL * Math.min(k, DEPTH));
  const packedA = new Float64Array(4 * Math.min(k, DEPTH));
  for (let from = 0; from < k; from += DEPTH) {
    const depth = Math.min(DEPTH, k - from);
    for (let left = 0; left < n; left += PANEL) {
      const columns = Math.min(PANEL, n - left);
      for (let j = 0; j < columns; j += 4)
        pack(b, ldb, left + j, Math.min(4, columns - j), from, depth, packedB, j * depth, 1);
      for (let i = lower ? left - (left % 4) : 0; i < m; i += 4) {
        const rows = Math.min(4, m - i);
        pack(a, lda, i, rows, from, depth, packedA, 0, sign);
        // On the diagonal a tile may reach above it; what lies right of it is skipped.
        const limit = lower ? Math.min(columns, i + rows - left) : columns;
        for (let j = 0; j < limit; j += 4)
          tile(
            packedA,
            packedB,
            j * depth,
            depth,
            c,
            origin + i * ldc + left + j,
            ldc,
            rows,
            Math.min(4, columns - j),
          );
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

const corner = new Float64Array(16);

/** C[4 x 4] += A[4 x depth] B[4 x depth]', sums in sixteen registers. */
function tile(
  a: Float64Array,
  b: Float64Array,
  bStart: number,
  depth: number,
  c: Float64Array,
  cStart: number,
  ldc: number,
  rows: number,
  columns: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  const end = 4 * depth;
  for (let p = 0, q = bStart; p < end; p += 4, q += 4) {
    const a0 = a[p]!;
    const a1 = a[p + 1]!;
    const a2 = a[p + 2]!;
    const a3 = a[p + 3]!;
    const b0 = b[q]!;
    const b1 = b[q + 1]!;
    const b2 = b[q + 2]!;
    const b3 = b[q + 3]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  if (rows === 4 && columns === 4) {
    let o = cStart;
    c[o]! += c00;
    c[o + 1]! += c01;
    c[o + 2]! += c02;
    c[o + 3]! += c03;
    o += ldc;
    c[o]! += c10;
    c[o + 1]! += c11;
    c[o + 2]! += c12;
    c[o + 3]! += c13;
    o += ldc;
    c[o]! += c20;
    c[o + 1]! += c21;
    c[o + 2]! += c22;
    c[o + 3]! += c23;
    o += ldc;
    c[o]! += c30;
    c[o + 1]! += c31;
    c[o + 2]! += c32;
    c[o + 3]! += c33;
    return;
  }
  corner.set([c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33]);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) c[cStart + i * ldc + j]! += corner[4 * i + j]!;
}
