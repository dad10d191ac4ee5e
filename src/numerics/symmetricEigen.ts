export interface SymmetricEigen {
  /** Eigenvalues, in no particular order. */
  readonly values: Float64Array;
  /** Orthonormal eigenvectors as rows, in the order of the values. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix of order n: Householder's reduction to tridiagonal form, then
 * implicit QL with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 8.3). About 9 n^3 operations. A is not changed.
 */
export function symmetricEigen(A: Float64Array, n: number): SymmetricEigen {
  const a = A.slice();
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const factors = new Float64Array(n);
  const p = new Float64Array(n);
  // Each reflection clears column k below its subdiagonal; its vector stays in row k of `a`, right of the diagonal.
  for (let k = 0; k < n - 1; k++) {
    const v = a.subarray(k * n, (k + 1) * n);
    diagonal[k] = v[k]!;
    let square = 0;
    for (let j = k + 1; j < n; j++) square += v[j]! * v[j]!;
    const length = v[k + 1]! > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[k] = length;
    if (k === n - 2 || square === v[k + 1]! ** 2) {
      beside[k] = v[k + 1]!;
      continue;
    }
    v[k + 1]! -= length;
    const factor = -1 / (length * v[k + 1]!);
    factors[k] = factor;
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[row + j]! * v[j]!;
      p[i] = factor * sum;
      overlap += p[i]! * v[i]!;
    }
    const half = 0.5 * factor * overlap;
    for (let i = k + 1; i < n; i++) p[i]! -= half * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const [vi, pi] = [v[i]!, p[i]!];
      for (let j = k + 1; j < n; j++) a[row + j]! -= vi * p[j]! + pi * v[j]!;
    }
  }
  diagonal[n - 1] = a[n * n - 1]!;

  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const factor = factors[k]!;
    if (factor === 0) continue;
    const v = a.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += vectors[row + j]! * v[j]!;
      sum *= factor;
      for (let j = k + 1; j < n; j++) vectors[row + j]! -= sum * v[j]!;
    }
  }
  diagonaliseTridiagonal(diagonal, beside, vectors, n);
  return { values: diagonal, vectors };
}

/** Implicit QL on the diagonal and what stands beside it, both overwritten; every rotation also turns two rows of E. */
function diagonaliseTridiagonal(
  diagonal: Float64Array,
  beside: Float64Array,
  E: Float64Array,
  n: number,
): void {
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; sweep < 60; sweep++) {
      let m = l;
      while (m < n - 1) {
        const size = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(beside[m]!) <= Number.EPSILON * size) break;
        m++;
      }
      if (m === l) break;
      const t = (diagonal[l + 1]! - diagonal[l]!) / (2 * beside[l]!);
      const shift = diagonal[l]! - beside[l]! / (t + Math.sign(t || 1) * Math.hypot(t, 1));
      let g = diagonal[m]! - shift;
      let [s, c, carried] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * beside[i]!;
        const b = c * beside[i]!;
        const r = Math.sqrt(f * f + g * g);
        beside[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= carried;
          beside[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = diagonal[i + 1]! - carried;
        const turned = (diagonal[i]! - g) * s + 2 * c * b;
        carried = s * turned;
        diagonal[i + 1] = g + carried;
        g = c * turned - b;
        const upper = i * n;
        for (let j = 0; j < n; j++) {
          const x = E[upper + j]!;
          const y = E[upper + n + j]!;
          E[upper + n + j] = s * x + c * y;
          E[upper + j] = c * x - s * y;
        }
      }
      if (i >= l) continue;
      diagonal[l]! -= carried;
      beside[l] = g;
      beside[m] = 0;
    }
  }
}
