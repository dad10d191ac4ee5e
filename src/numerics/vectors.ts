/** Products and triangular solves with flat float64 arrays, matrices row after row. */

export const dot = (a: Float64Array, b: Float64Array): number => dotOf(a, 0, b, 0, a.length);

/** The product of `count` numbers of a from `p` on with as many of b from `q` on: in four sums, none of which waits for another. */
function dotOf(a: Float64Array, p: number, b: Float64Array, q: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 3 < count; j += 4) {
    s0 += a[p + j]! * b[q + j]!;
    s1 += a[p + j + 1]! * b[q + j + 1]!;
    s2 += a[p + j + 2]! * b[q + j + 2]!;
    s3 += a[p + j + 3]! * b[q + j + 3]!;
  }
  for (; j < count; j++) s0 += a[p + j]! * b[q + j]!;
  return s0 + s1 + (s2 + s3);
}

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** A x for A of m rows: four rows at a time meet every number of x. */
export function times(a: Float64Array, x: Float64Array, m: number): Float64Array {
  const k = x.length;
  const product = new Float64Array(m);
  let i = 0;
  for (; i + 3 < m; i += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    let p = i * k;
    for (let j = 0; j < k; j++, p++) {
      const value = x[j]!;
      s0 += a[p]! * value;
      s1 += a[p + k]! * value;
      s2 += a[p + 2 * k]! * value;
      s3 += a[p + 3 * k]! * value;
    }
    product[i] = s0;
    product[i + 1] = s1;
    product[i + 2] = s2;
    product[i + 3] = s3;
  }
  for (; i < m; i++) product[i] = dotOf(a, i * k, x, 0, k);
  return product;
}

/** A' u for A of k columns. */
export function transposedTimes(a: Float64Array, u: ArrayLike<number>, k: number): Float64Array {
  const product = new Float64Array(k);
  addRows(a, u, { row: k, from: 0, to: u.length }, product, k);
  return product;
}

/**
 * Adds rows of a matrix, each times its weight, to the first `count` numbers of `sum`. Four rows at a time, so that those are
 * read and written once for four.
 * @param rows `from` to `to` - 1, which begin `row` after each other
 */
function addRows(
  a: Float64Array,
  weights: ArrayLike<number>,
  { row, from, to }: { readonly row: number; readonly from: number; readonly to: number },
  sum: Float64Array,
  count: number,
): void {
  let i = from;
  for (; i + 3 < to; i += 4) {
    const [w0, w1, w2, w3] = [weights[i]!, weights[i + 1]!, weights[i + 2]!, weights[i + 3]!];
    let p = i * row;
    for (let j = 0; j < count; j++, p++)
      sum[j] = sum[j]! + (w0 * a[p]! + w1 * a[p + row]! + (w2 * a[p + 2 * row]! + w3 * a[p + 3 * row]!));
  }
  for (; i < to; i++) {
    const weight = weights[i]!;
    const start = i * row;
    for (let j = 0; j < count; j++) sum[j]! += weight * a[start + j]!;
  }
}

/** Adds factor times x to `sum`. */
export function addScaled(sum: Float64Array, factor: number, x: Float64Array): void {
  for (let j = 0; j < x.length; j++) sum[j]! += factor * x[j]!;
}

/** A' for A of m rows and k columns. */
export function transpose(a: Float64Array | Int8Array, m: number, k: number): Float64Array {
  const result = new Float64Array(m * k);
  writeTransposed(a, k, { from: 0, to: m }, result, { stride: m, at: 0 });
  return result;
}

/**
 * Writes rows `from` to `to` - 1 of k numbers as columns: number j of the first at j stride + at, those of the next behind it.
 * Eight rows at a time: what is written is whole lines of a cache.
 */
export function writeTransposed(
  a: Float64Array | Int8Array,
  k: number,
  { from, to }: { readonly from: number; readonly to: number },
  out: Float64Array,
  { stride, at }: { readonly stride: number; readonly at: number },
): void {
  let i = from;
  for (; i + 7 < to; i += 8) {
    for (let p = i * k, own = at + i - from, end = p + k; p < end; p++, own += stride) {
      out[own] = a[p]!;
      out[own + 1] = a[p + k]!;
      out[own + 2] = a[p + 2 * k]!;
      out[own + 3] = a[p + 3 * k]!;
      out[own + 4] = a[p + 4 * k]!;
      out[own + 5] = a[p + 5 * k]!;
      out[own + 6] = a[p + 6 * k]!;
      out[own + 7] = a[p + 7 * k]!;
    }
  }
  for (; i < to; i++)
    for (let p = i * k, own = at + i - from, end = p + k; p < end; p++, own += stride) out[own] = a[p]!;
}

/** x' A x for a symmetric A, of which only the lower triangle is read. */
export function quadraticForm(a: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const row = i * x.length;
    let half = 0.5 * a[row + i]! * x[i]!;
    for (let j = 0; j < i; j++) half += a[row + j]! * x[j]!;
    sum += 2 * x[i]! * half;
  }
  return sum;
}

/** Overwrites every row b of B by L^-1 b, L of order n in the lower triangle of `l`: B becomes B L^-T. */
export function solveLower(l: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let at = 0; at < b.length; at += n) {
    // Four rows of L at a time, as in `times`; the triangle where they meet the diagonal by itself.
    let i = 0;
    for (; i + 3 < n; i += 4) {
      let [s0, s1, s2, s3] = [b[at + i]!, b[at + i + 1]!, b[at + i + 2]!, b[at + i + 3]!];
      let p = i * n;
      for (let j = at; j < at + i; j++, p++) {
        const value = b[j]!;
        s0 -= l[p]! * value;
        s1 -= l[p + n]! * value;
        s2 -= l[p + 2 * n]! * value;
        s3 -= l[p + 3 * n]! * value;
      }
      s0 /= l[p]!;
      s1 = (s1 - l[p + n]! * s0) / l[p + n + 1]!;
      s2 = (s2 - l[p + 2 * n]! * s0 - l[p + 2 * n + 1]! * s1) / l[p + 2 * n + 2]!;
      s3 = (s3 - l[p + 3 * n]! * s0 - l[p + 3 * n + 1]! * s1 - l[p + 3 * n + 2]! * s2) / l[p + 3 * n + 3]!;
      b[at + i] = s0;
      b[at + i + 1] = s1;
      b[at + i + 2] = s2;
      b[at + i + 3] = s3;
    }
    for (; i < n; i++) b[at + i] = (b[at + i]! - dotOf(l, i * n, b, at, i)) / l[i * n + i]!;
  }
  return b;
}

/** L^-1 M L^-T for a symmetric M of order n and L in the lower triangle of `l`. */
export const congruence = (l: Float64Array, M: Float64Array, n: number): Float64Array =>
  solveLower(l, transpose(solveLower(l, M.slice(), n), n, n), n);

/** Overwrites b by L^-T b, for L in the lower triangle of `l`. */
export function solveLowerTransposed(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  // Column-wise, so that rows of L are read in order: four unknowns at a time, then what they take from those before them.
  const taken = new Float64Array(n);
  for (let to = n; to > 0; to -= 4) {
    const from = Math.max(0, to - 4);
    for (let i = to - 1; i >= from; i--) {
      const row = i * n;
      b[i]! /= l[row + i]!;
      taken[i] = -b[i]!;
      for (let k = from; k < i; k++) b[k]! += l[row + k]! * taken[i]!;
    }
    addRows(l, taken, { row: n, from, to }, b, from);
  }
  return b;
}

/** Solves L L' x = b in place of b, for L in the lower triangle of `l`. */
export const choleskySolve = (l: Float64Array, b: Float64Array): Float64Array =>
  solveLowerTransposed(l, solveLower(l, b, b.length));
