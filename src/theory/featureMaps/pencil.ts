import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { symmetricEigen } from '../../numerics/symmetricEigen.ts';
import { congruence, solveLower, times } from '../../numerics/vectors.ts';

/** F = E phi phi' and J = E grad phi grad phi' of order n, row after row, and c = E phi y of length n. */
export interface FeatureMatrices {
  readonly F: Float64Array;
  readonly J: Float64Array;
  readonly c: Float64Array;
}

/**
 * F and J of n features in a basis in which both are diagonal: theta = X' a with X F X' = diag(f), X J X' = diag(j),
 * X X' = P (n x n), c -> X c.
 */
export interface Pencil {
  readonly f: Float64Array;
  readonly j: Float64Array;
  readonly c: Float64Array;
  readonly P: Float64Array;
}

/** Eigenvalues of F + J, each of unit mean eigenvalue, below this are rounding: such directions hold neither. */
const FLOOR = 1e-11;
/** A smaller share of F, or of J, in F + J counts as none. */
const RANK = 1e-9;

/** The mean eigenvalue of a positive semidefinite matrix of order n; 1 for the zero matrix. */
export function meanEigenvalue(M: Float64Array, n: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += M[i * n + i]!;
  return trace > 0 ? trace / n : 1;
}

/** A B' for square A and B of order n. */
export function productTransposed(A: Float64Array, B: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n);
  linearAlgebra().multiplyTransposed(A, B, product, { m: n, n, k: n });
  return product;
}

/** The matrices in an orthonormal basis of the directions in which F and J do not both vanish. */
export function withoutCommonKernel({ F, J, c }: FeatureMatrices): FeatureMatrices {
  const n = c.length;
  const sum = unitSum(F, J, n);
  const shifted = sum.slice();
  for (let i = 0; i < n; i++) shifted[i * n + i]! -= FLOOR;
  if (linearAlgebra().choleskyInPlace(shifted, n)) return { F, J, c };
  const { values, vectors } = symmetricEigen(sum, n);
  const kept = Array.from(values.keys()).filter((i) => values[i]! > FLOOR);
  const k = kept.length;
  const V = new Float64Array(k * n);
  kept.forEach((i, row) => {
    V.set(vectors.subarray(i * n, (i + 1) * n), row * n);
  });
  const restricted = (M: Float64Array): Float64Array => {
    const image = new Float64Array(k * n);
    const result = new Float64Array(k * k);
    linearAlgebra().multiplyTransposed(V, M, image, { m: k, n, k: n });
    linearAlgebra().multiplyTransposed(image, V, result, { m: k, n: k, k: n });
    return result;
  };
  return { F: restricted(F), J: restricted(J), c: times(V, c, k) };
}

/** F and J diagonal at once, by whitening F + J and diagonalising F in what is left; F + J positive definite. */
export function diagonalisePencil({ F, J, c }: FeatureMatrices): Pencil {
  const n = c.length;
  const [scaleF, scaleJ] = [meanEigenvalue(F, n), meanEigenvalue(J, n)];
  const L = unitSum(F, J, n);
  linearAlgebra().choleskyInPlace(L, n);
  const { values, vectors } = symmetricEigen(congruence(L, F, n), n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  solveLower(L, inverse, n); // L^-T
  const X = productTransposed(vectors, inverse, n);
  const shares = values.map((value) => {
    const share = value / scaleF;
    return share < RANK ? 0 : share > 1 - RANK ? 1 : share;
  });
  return {
    f: shares.map((share) => share * scaleF),
    j: shares.map((share) => (1 - share) * scaleJ),
    // Where F vanishes so do the features.
    c: times(X, c, n).map((value, i) => (shares[i] === 0 ? 0 : value)),
    P: productTransposed(X, X, n),
  };
}

function unitSum(F: Float64Array, J: Float64Array, n: number): Float64Array {
  const [scaleF, scaleJ] = [meanEigenvalue(F, n), meanEigenvalue(J, n)];
  return F.map((value, i) => value / scaleF + J[i]! / scaleJ);
}
