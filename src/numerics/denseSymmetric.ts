/** Dense float64 matrices of order n, stored by rows in one array. Enough for the resolvents of measured features. */
export type Matrix = Float64Array;

/** Fills the lower triangle of `L` with the Cholesky factor of A (lower triangle read); false when A is not positive. */
export function cholesky(A: Matrix, n: number, L: Matrix): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i !== j) L[i * n + j] = sum / L[j * n + j]!;
      else if (sum > 0) L[i * n + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Overwrites every row of B (m x n) by L^-1 times it: B -> B L^-T. */
export function solveRows(L: Matrix, n: number, B: Matrix, m = n): void {
  for (let row = 0; row < m; row++) {
    const at = row * n;
    for (let i = 0; i < n; i++) {
      let sum = B[at + i]!;
      for (let k = 0; k < i; k++) sum -= L[i * n + k]! * B[at + k]!;
      B[at + i] = sum / L[i * n + i]!;
    }
  }
}

/** L^-1 M L^-T for a symmetric M, into `out`. */
export function congruence(L: Matrix, n: number, M: Matrix, out: Matrix): void {
  out.set(M);
  solveRows(L, n, out); // M L^-T
  transpose(out, n);
  solveRows(L, n, out); // (L^-1 M) L^-T
}

function transpose(A: Matrix, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const kept = A[i * n + j]!;
      A[i * n + j] = A[j * n + i]!;
      A[j * n + i] = kept;
    }
}

export function trace(A: Matrix, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += A[i * n + i]!;
  return sum;
}

/** tr A B for symmetric A, B: the sum of products of their entries. */
export function traceOfProduct(A: Matrix, B: Matrix): number {
  let sum = 0;
  for (let i = 0; i < A.length; i++) sum += A[i]! * B[i]!;
  return sum;
}

/** y' A y */
export function quadraticForm(A: Matrix, n: number, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += A[i * n + j]! * y[j]!;
    sum += y[i]! * row;
  }
  return sum;
}

/** y' A y for symmetric A, of which only the lower triangle is read. */
export function quadraticFormOfLower(A: Matrix, y: Float64Array): number {
  const n = y.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0.5 * A[i * n + i]! * y[i]!;
    for (let j = 0; j < i; j++) row += A[i * n + j]! * y[j]!;
    sum += 2 * y[i]! * row;
  }
  return sum;
}
