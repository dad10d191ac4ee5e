import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import type { ExactSettings } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { centring, type Rows } from './intercept.ts';
import { withLeaveOneOut } from './leaveOneOut/leaveOneOut.ts';
import { squaredErrors, squaredLoss } from './leaveOneOut/leftOutRisks.ts';
import type { LengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { ridgeLeftOut } from './leaveOneOut/ridgeLeftOut.ts';
import { solveRidgeSystem } from './ridge.ts';
import { trainingErrors } from './trainingErrors.ts';

/**
 * `ridge` as the exact solvers report it.
 * @param lengthsAfter null where nothing is known of the features' gradients, so that a row left out has no robust risk
 */
export function solveRidge(
  given: Rows,
  { lambda, fitIntercept }: Pick<ExactSettings, 'lambda' | 'fitIntercept'>,
  lengthsAfter: LengthsAfter | null,
): ExactResult {
  // About the means the residuals of the ridge solution have the sum 0, and the intercept beside it is 0.
  const { phi, y, interceptOf } = centring(fitIntercept, given);
  const theta = solveRidgeSystem(phi, y, lambda, fitIntercept);
  const result = {
    theta,
    intercept: interceptOf(theta, 0),
    ...ridgeCertificate({ ...given, phi, y }, theta, lambda),
    iterations: 0,
    converged: true,
    warmStart: { point: null, eps: 0, lambda },
  };
  return withLeaveOneOut(
    result,
    { n: given.n, eps: 0, converged: true },
    {
      estimated: () => ridgeLeftOut(given, { theta, lambda, fitIntercept }, lengthsAfter),
      trained: null,
      loss: squaredLoss,
      risks: squaredErrors,
    },
  );
}

/**
 * How far any theta is from the ridge solution: its objective P, less the dual objective at u = y - Phi theta,
 *
 *   D(u) = u'y / n - |u|^2 / 2n - |Phi' u|^2 / (2 n^2 lambda),   P(theta) - D(u) = |Phi' u - n lambda theta|^2 / (2 n^2 lambda);
 *
 * at lambda = 0, where the dual asks for Phi' u = 0, what rounding leaves of that.
 */
export function ridgeCertificate(
  { n, N, phi, y }: Rows,
  theta: Float64Array,
  lambda: number,
): Pick<ExactResult, 'objective' | 'dualityGap' | 'relativeGap' | 'robustError' | 'cleanError' | 'residual'> {
  const errors = trainingErrors(phi, y, theta, 0);
  const residuals = y.map((value, i) => value - dot(phi.subarray(i * N, (i + 1) * N), theta));
  const g = transposedTimes(phi, residuals, N);
  const rho = g.map((value, a) => value - n * lambda * theta[a]!);
  const objective = 0.5 * errors.cleanError + 0.5 * lambda * dot(theta, theta);
  const dualityGap =
    lambda > 0 ? dot(rho, rho) / (2 * n * n * lambda) : Math.min(objective, (norm(theta) * norm(rho)) / n);
  return {
    objective,
    dualityGap,
    relativeGap: dualityGap / objective || 0,
    ...errors,
    residual: norm(rho) / (norm(transposedTimes(phi, y, N)) || 1),
  };
}
