import { checkNonNegative, InvalidArgumentError, UserError } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { choleskySolve, transpose, transposedTimes } from '../numerics/vectors.ts';
import { centring } from './intercept.ts';

/** A pivot this much below its diagonal entry means that the features are dependent to working precision. */
const RANK = 1e-13;

/**
 * theta = argmin (1/2n) |y - Phi theta|^2 + (lambda/2) |theta|^2, in float64; at lambda = 0 the minimum-norm minimiser.
 * This is training at eps = 0. Solved in the smaller of the two dimensions.
 *
 * @param phi features, n x N, row after row
 * @param y n targets
 * @throws InvalidArgumentError for lambda < 0 or sizes that disagree; UserError when lambda = 0 and Phi lacks full rank
 */
export function ridge(phi: Float64Array, y: ArrayLike<number>, lambda: number): Float64Array {
  checkRidge(phi, y, lambda);
  return solveRidgeSystem(phi, Float64Array.from(y), lambda, false);
}

/** A linear function theta' phi + intercept. */
export interface RidgeFit {
  /** N coefficients. */
  readonly theta: Float64Array;
  /** Not penalised. */
  readonly intercept: number;
}

/**
 * `ridge` with an intercept that is not penalised: (1/2n) |y - b - Phi theta|^2 + (lambda/2) |theta|^2 over theta and b.
 * @param phi features, n x N, row after row
 * @param y n targets
 * @throws as `ridge` does
 */
export function ridgeWithIntercept(phi: Float64Array, y: ArrayLike<number>, lambda: number): RidgeFit {
  const N = checkRidge(phi, y, lambda);
  const rows = centring(true, { n: y.length, N, phi, y: Float64Array.from(y) });
  const theta = solveRidgeSystem(rows.phi, rows.y, lambda, true);
  return { theta, intercept: rows.interceptOf(theta, 0) };
}

/** The number of features. */
function checkRidge(phi: Float64Array, y: ArrayLike<number>, lambda: number): number {
  checkNonNegative('lambda', lambda);
  if (!(phi instanceof Float64Array))
    throw new InvalidArgumentError('phi', phi, 'a Float64Array of n x N features, row after row');
  const n = y?.length;
  if (typeof n !== 'number' || n < 1 || !Array.prototype.every.call(y, Number.isFinite))
    throw new InvalidArgumentError('y', y, 'a list of n finite targets');
  const N = phi.length / n;
  if (!Number.isInteger(N))
    throw new InvalidArgumentError('phi', `${phi.length} values`, `a multiple of n = ${n}`);
  return N;
}

/**
 * Solves for theta by the normal equations of the features, or of the rows where they are fewer.
 * @param centred whether Phi and y are about their means over the rows: these then have n - 1 dimensions
 */
export function solveRidgeSystem(
  phi: Float64Array,
  y: Float64Array,
  lambda: number,
  centred: boolean,
): Float64Array {
  const n = y.length;
  const N = phi.length / n;
  const wide = N > (centred ? n - 1 : n);
  const factor = ridgeFactor({ n, N, phi, lambda, centred, wide });
  if (!wide) return choleskySolve(factor, transposedTimes(phi, y, N));
  return transposedTimes(phi, choleskySolve(factor, y.slice()), N);
}

/**
 * The lower Cholesky factor of Phi'Phi + n lambda I, N x N, or, `wide`, of Phi Phi' + n lambda I, n x n; about means of the
 * latter with a multiple of 1 1' beside it.
 * @throws UserError where that is singular to working precision
 */
export function ridgeFactor({
  n,
  N,
  phi,
  lambda,
  centred,
  wide,
}: {
  readonly n: number;
  readonly N: number;
  readonly phi: Float64Array;
  readonly lambda: number;
  readonly centred: boolean;
  readonly wide: boolean;
}): Float64Array {
  const size = wide ? n : N;
  const rows = wide ? phi : transpose(phi, n, N);
  const matrix = new Float64Array(size * size);
  const algebra = linearAlgebra();
  algebra.multiplyTransposed(rows, rows, matrix, { m: size, n: size, k: wide ? N : n, lower: true });
  if (centred && wide) {
    // Phi Phi' maps the vector of ones to 0. Any multiple of 1 1' makes it regular, and leaves a solution of sum 0 as it is.
    let trace = 0;
    for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j]! += trace / (n * n);
  }
  for (let i = 0; i < size; i++) matrix[i * size + i]! += n * lambda;
  const diagonal = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  const factored = algebra.choleskyInPlace(matrix, size);
  if (!factored || diagonal.some((value, i) => !(matrix[i * size + i]! ** 2 > RANK * value)))
    throw new UserError(
      `the ${n} x ${N} features lack full rank${centred ? ' beside an intercept' : ''} to working precision; use lambda > 0`,
    );
  return matrix;
}
