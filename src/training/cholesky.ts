/** Symmetric positive definite systems in float64, on flat row-major arrays. */

/**
 * The lower Cholesky factor L of A = L L', in place of the lower triangle of `a` (n x n).
 * Returns false, leaving `a` half done, when a pivot falls below `relative` times its diagonal entry: A is then singular
 * to working precision.
 */
export function choleskyInPlace(a: Float64Array, n: number, relative = 1e-13): boolean {
  for (let j = 0; j < n; j++) {
    const rowJ = a.subarray(j * n, j * n + j);
    const diagonal = a[j * n + j]!;
    let pivot = diagonal;
    for (let k = 0; k < j; k++) pivot -= rowJ[k]! * rowJ[k]!;
    if (!(pivot > relative * diagonal)) return false;
    const root = Math.sqrt(pivot);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!;
      const start = i * n;
      for (let k = 0; k < j; k++) sum -= a[start + k]! * rowJ[k]!;
      a[start + j] = sum / root;
    }
  }
  return true;
}

/** Solves L L' x = b given the factor; b is overwritten by x and returned. */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  return b;
}

/** A A' for A of m rows and k columns: m x m, both triangles. */
export function gram(a: Float64Array, m: number, k: number): Float64Array {
  const product = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    const rowI = a.subarray(i * k, (i + 1) * k);
    for (let j = 0; j <= i; j++) {
      const start = j * k;
      let sum = 0;
      for (let l = 0; l < k; l++) sum += rowI[l]! * a[start + l]!;
      product[i * m + j] = sum;
      product[j * m + i] = sum;
    }
  }
  return product;
}

/** The transpose of A with m rows and k columns. */
export function transpose(a: Float64Array, m: number, k: number): Float64Array {
  const result = new Float64Array(m * k);
  for (let i = 0; i < m; i++) for (let j = 0; j < k; j++) result[j * m + i] = a[i * k + j]!;
  return result;
}
