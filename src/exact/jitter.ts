/**
 * Multiples of a matrix's largest diagonal entry that are added to its diagonal before a Cholesky factorisation, so that
 * features which the data cannot tell apart do not leave it singular at lambda = 0. Those of matrices that are used as they are
 * found are a few hundred to a few thousand times the rounding of what they are summed from: a smaller one leaves pivots to
 * chance, a larger one moves the optimum.
 */

/** A Newton matrix whose diagonal the barrier keeps positive: rounding alone. */
export const NEWTON_JITTER = 1e-15;
/** The weighted gradients of the critical-radius iteration, whose weights span a few orders. */
export const CRITICAL_JITTER = 1e-14;
/**
 * A Newton matrix of per-sample cones, and the metric of their dual residuals: the least that is positive. At small eps the
 * second keeps dual residuals up that cost more than the gap.
 */
export const CONE_JITTERS = [1e-15, 1e-13] as const;
/** The same Newton matrix in single precision: its rounding, which moves a direction that is rough anyway. */
export const SINGLE_JITTER = 1e-7;
/** The averaged gradients J, which are inverted once and used for every bound. */
export const AVERAGED_JITTER = 1e-12;

/**
 * Adds `ridge` to the first `penalised` entries of the diagonal of `matrix`, n x n, and that multiple of the largest of them. Those
 * that follow, of an intercept, have other units: each grows by that multiple of itself.
 * @returns the largest entry before that
 */
export function addToDiagonal(
  matrix: Float64Array,
  n: number,
  jitter: number,
  ridge = 0,
  penalised = n,
): number {
  let largest = 0;
  for (let a = 0; a < penalised; a++) largest = Math.max(largest, matrix[a * n + a]!);
  for (let a = 0; a < penalised; a++) matrix[a * n + a]! += ridge + jitter * largest;
  for (let a = penalised; a < n; a++) matrix[a * n + a]! *= 1 + jitter;
  return largest;
}
