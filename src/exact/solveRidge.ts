import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import type { ExactSettings } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { centring, type Rows } from './intercept.ts';
import { solveRidgeSystem } from './ridge.ts';
import { trainingErrors } from './trainingErrors.ts';

/** `ridge` as the exact solvers report it; the gap is that of the dual point u = y - Phi theta. */
export function solveRidge(
  given: Rows,
  { lambda, fitIntercept }: Pick<ExactSettings, 'lambda' | 'fitIntercept'>,
): ExactResult {
  const { n, N } = given;
  // About the means the residuals of the ridge solution have the sum 0, and the intercept beside it is 0.
  const { phi, y, interceptOf } = centring(fitIntercept, given);
  const theta = solveRidgeSystem(phi, y, lambda, fitIntercept);
  const errors = trainingErrors(phi, y, theta, 0);
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
