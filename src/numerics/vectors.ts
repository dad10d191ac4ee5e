/** Products with small flat float64 arrays, row after row. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** A x for A of m rows. */
export function times(a: Float64Array, x: Float64Array, m: number): Float64Array {
  const k = x.length;
  const product = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    const start = i * k;
    for (let j = 0; j < k; j++) sum += a[start + j]! * x[j]!;
    product[i] = sum;
  }
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

/** Solves L L' x = b in place of b, for L in the lower triangle of `l`. */
export function choleskySolve(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    const row = i * n;
    for (let k = 0; k < i; k++) sum -= l[row + k]! * b[k]!;
    b[i] = sum / l[row + i]!;
  }
  // Column-wise, so that rows of L are read in order.
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = b[i]! / l[row + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k]! -= l[row + k]! * value;
  }
  return b;
}
