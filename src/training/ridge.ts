import { checkNonNegative, InvalidArgumentError, UserError } from '../errors.ts';
import { linearAlgebra } from '../linearAlgebra/linearAlgebra.ts';
import { choleskySolve, transpose, transposedTimes } from './exact/vectors.ts';

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
  checkNonNegative('lambda', lambda);
  const n = y.length;
  const N = phi.length / n;
  if (!Number.isInteger(N))
    throw new InvalidArgumentError('phi', `${phi.length} values`, `a multiple of n = ${n}`);
  const wide = N > n;
  const size = Math.min(n, N);
  const rows = wide ? phi : transpose(phi, n, N);
  const matrix = new Float64Array(size * size);
  const algebra = linearAlgebra();
  algebra.multiplyTransposed(rows, rows, matrix, { m: size, n: size, k: wide ? N : n, lower: true });
  for (let i = 0; i < size; i++) matrix[i * size + i]! += n * lambda;
  const diagonal = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  const factored = algebra.choleskyInPlace(matrix, size);
  if (!factored || diagonal.some((value, i) => !(matrix[i * size + i]! ** 2 > RANK * value)))
    throw new UserError(`the ${n} x ${N} features lack full rank to working precision; use lambda > 0`);
  const target = Float64Array.from(y);
  if (!wide) return choleskySolve(matrix, transposedTimes(phi, target, N));
  return transposedTimes(phi, choleskySolve(matrix, target), N);
}
