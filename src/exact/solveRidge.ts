import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import { type ExactResult, trainingErrors } from './exactResult.ts';
import { centring } from './intercept.ts';
import { solveRidgeSystem } from './ridge.ts';

/** `ridge` as the exact solvers report it; the gap is that of the dual point u = y - Phi theta. */
export function solveRidge({
  lambda,
  fitIntercept,
  ...given
}: {
  readonly n: number;
  readonly N: number;
  readonly phi: Float64Array;
  readonly y: Float64Array;
  readonly lambda: number;
  readonly fitIntercept: boolean;
}): ExactResult {
  const { n, N } = given;
  // About the means the residuals of the ridge solution have the sum 0, and the intercept beside it is 0.
  const { phi, y, interceptOf } = centring(fitIntercept, given);
  const theta = solveRidgeSystem(phi, y, lambda, fitIntercept);
  const errors = trainingErrors(phi, y, theta, () => 0);
  const square = dot(theta, theta);
  const residuals = y.map((value, i) => value - dot(phi.subarray(i * N, (i + 1) * N), theta));
  const g = transposedTimes(phi, residuals, N);
  const rho = g.map((value, a) => value - n * lambda * theta[a]!);
  // P(theta) - D(u) = |Phi' u - n lambda theta|^2 / (2 n lambda); at lambda = 0 what rounding leaves.
  const objective = 0.5 * errors.cleanError + 0.5 * lambda * square;
  const gap =
    lambda > 0 ? dot(rho, rho) / (2 * n * n * lambda) : Math.min(objective, (norm(theta) * norm(rho)) / n);
  return {
    theta,
    intercept: interceptOf(theta, 0),
    objective,
    dualityGap: gap,
    relativeGap: gap / objective || 0,
    ...errors,
    iterations: 0,
    residual: norm(rho) / (norm(transposedTimes(phi, y, N)) || 1),
    converged: true,
    warmStart: { point: null, eps: 0, lambda },
  };
}
