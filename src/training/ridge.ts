import { checkNonNegative, InvalidArgumentError, UserError } from '../errors.ts';
import { choleskyInPlace, choleskySolve, gram, transpose } from './cholesky.ts';

/**
 * theta = argmin (1/2n) |y - Phi theta|^2 + (lambda/2) |theta|^2, in float64; at lambda = 0 the minimum-norm minimiser.
 * This is training at eps = 0. Solved in the smaller of the two dimensions.
 *
 * @param phi features, n x N, row after row
 * @param y n targets
 * @throws InvalidArgumentError for lambda < 0 or sizes that disagree; UserError when lambda = 0 and Phi lacks full rank
 */
export function ridge(phi: Float64Array, y: ArrayLike<number>, lambda: number): Float64Array {
  checkNonNegative('lambda', lambda);
  const n = y.length;
  const N = phi.length / n;
  if (!Number.isInteger(N))
    throw new InvalidArgumentError('phi', `${phi.length} values`, `a multiple of n = ${n}`);
  const wide = N > n;
  const columns = wide ? null : transpose(phi, n, N);
  const size = Math.min(n, N);
  const matrix = columns ? gram(columns, N, n) : gram(phi, n, N);
  for (let i = 0; i < size; i++) matrix[i * size + i]! += n * lambda;
  if (!choleskyInPlace(matrix, size))
    throw new UserError(`the ${n} x ${N} features lack full rank to working precision; use lambda > 0`);
  if (columns) return choleskySolve(matrix, size, times(columns, Float64Array.from(y), N, n));
  const dual = choleskySolve(matrix, size, Float64Array.from(y));
  return times(transpose(phi, n, N), dual, N, n);
}

/** A x for A of m rows and k columns. */
function times(a: Float64Array, x: Float64Array, m: number, k: number): Float64Array {
  const product = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += a[i * k + j]! * x[j]!;
    product[i] = sum;
  }
  return product;
}
