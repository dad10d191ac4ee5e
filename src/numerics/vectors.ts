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

/** A x for A of m rows. */
export function times(a: Float64Array, x: Float64Array, m: number): Float64Array {
  const k = x.length;
  const product = new Float64Array(m);
  for (let i = 0; i < m; i++) product[i] = dotOf(a, i * k, x, 0, k);
  return product;
}

/** A' u for A of k columns. */
export function transposedTimes(a: Float64Array, u: ArrayLike<number>, k: number): Float64Array {
  const product = new Float64Array(k);
  for (let i = 0; i < u.length; i++) {
    const weight = u[i]!;
    if (weight === 0) continue;
    const start = i * k;
    for (let j = 0; j < k; j++) product[j]! += weight * a[start + j]!;
  }
  return product;
}

/** A' for A of m rows and k columns. */
export function transpose(a: Float64Array, m: number, k: number): Float64Array {
  const result = new Float64Array(m * k);
  for (let i = 0; i < m; i++) for (let j = 0; j < k; j++) result[j * m + i] = a[i * k + j]!;
  return result;
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
  for (let at = 0; at < b.length; at += n)
    for (let i = 0; i < n; i++) {
      const row = i * n;
      b[at + i] = (b[at + i]! - dotOf(l, row, b, at, i)) / l[row + i]!;
    }
  return b;
}

/** L^-1 M L^-T for a symmetric M of order n and L in the lower triangle of `l`. */
export const congruence = (l: Float64Array, M: Float64Array, n: number): Float64Array =>
  solveLower(l, transpose(solveLower(l, M.slice(), n), n, n), n);

/** Overwrites b by L^-T b, for L in the lower triangle of `l`. */
export function solveLowerTransposed(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  // Column-wise, so that rows of L are read in order.
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = b[i]! / l[row + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k]! -= l[row + k]! * value;
  }
  return b;
}

/** Solves L L' x = b in place of b, for L in the lower triangle of `l`. */
export const choleskySolve = (l: Float64Array, b: Float64Array): Float64Array =>
  solveLowerTransposed(l, solveLower(l, b, b.length));
