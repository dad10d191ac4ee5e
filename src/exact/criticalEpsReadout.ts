import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkPositive } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { choleskySolve, dot, norm, transposedTimes } from '../numerics/vectors.ts';
import { averagedMetric } from './averagedGradients.ts';
import { centring } from './intercept.ts';
import { addToDiagonal, CRITICAL_JITTER } from './jitter.ts';
import { checkProblem, gradientNorms, type ReadoutProblem } from './readoutProblem.ts';
import { checkGradients, type ReadoutOptions } from './solveReadout.ts';

/** A critical radius between two proved bounds. */
export interface CriticalEps {
  /** From here on theta = 0 is optimal; correct to a relative `residual`. */
  readonly value: number;
  /** Below this theta = 0 is not optimal. */
  readonly lower: number;
  /** From this on it is. */
  readonly upper: number;
  /** Of the fixed point; 0 for a closed form. */
  readonly iterations: number;
  /** (upper - lower) / upper */
  readonly residual: number;
  /** residual <= tolerance. */
  readonly converged: boolean;
}

/** How {@link criticalEpsReadout} finds a critical radius, and of which training. */
export interface CriticalEpsReadoutOptions extends Pick<ReadoutOptions, 'gradients' | 'fitIntercept'> {
  /** Relative distance of the bounds at which it stops. Default 1e-6. */
  readonly tolerance?: number;
}

const CRITICAL_EPS_READOUT_OPTIONS: OptionNames<CriticalEpsReadoutOptions> = {
  gradients: true,
  fitIntercept: true,
  tolerance: true,
};

/**
 * The eps from which theta = 0 is optimal, whatever lambda: max over theta of (Phi' y)'theta / sum |y_i| q_i.
 * With averaged gradients in closed form, |J^-1/2 Phi' y| / sum |y_i|. With exact ones by the fixed point
 * theta = M^-1 Phi' y, M = sum (|y_i| / q_i) K_i' K_i, bounded from both sides at every step: below by the ratio at theta,
 * above by max q_i(new) / q_i(old), since v_i = -y_i-weighted K_i theta(new) is then a feasible dual point.
 * With an intercept Phi and y count about their means.
 * @throws InvalidArgumentError for options out of range
 */
export function criticalEpsReadout(
  problem: ReadoutProblem,
  options: CriticalEpsReadoutOptions = {},
): CriticalEps {
  checkOptions('criticalEpsReadout', options, CRITICAL_EPS_READOUT_OPTIONS);
  checkProblem(problem);
  const gradients = checkGradients(options.gradients);
  const tolerance = checkPositive('tolerance', options.tolerance ?? 1e-6);
  const fitIntercept = checkBoolean('fitIntercept', options.fitIntercept ?? false);
  const { n, N, jacobians } = problem;
  const { phi, y } = centring(fitIntercept, problem);
  const pull = transposedTimes(phi, y, N);
  const sizes = y.map(Math.abs);
  const total = sizes.reduce((sum, value) => sum + value, 0);
  if (total === 0 || norm(pull) === 0) return exactly(0);
  if (gradients === 'averaged') {
    const { factor } = averagedMetric(problem);
    return exactly(Math.sqrt(dot(pull, choleskySolve(factor, pull.slice()))) / total);
  }
  const matrix = new Float64Array(N * N);
  let lengths = new Float64Array(n).fill(1);
  let lower = 0;
  let upper = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= 200; iteration++) {
    jacobians.weightedGram(
      sizes.map((size, i) => size / lengths[i]!),
      matrix,
    );
    addToDiagonal(matrix, N, CRITICAL_JITTER);
    if (!linearAlgebra().choleskyInPlace(matrix, N)) break;
    const theta = choleskySolve(matrix, pull.slice());
    const next = gradientNorms(problem, theta);
    const cost = dot(sizes, next);
    if (cost > 0) lower = Math.max(lower, dot(pull, theta) / cost);
    upper = Math.min(
      upper,
      next.reduce((most, value, i) => Math.max(most, value / lengths[i]!), 0),
    );
    const residual = (upper - lower) / upper;
    if (residual <= tolerance)
      return { value: upper, lower, upper, iterations: iteration, residual, converged: true };
    const mean = cost / total;
    lengths = next.map((value) => Math.max(value / mean, 1e-9)) as Float64Array<ArrayBuffer>;
  }
  return { value: upper, lower, upper, iterations: 200, residual: (upper - lower) / upper, converged: false };
}

const exactly = (value: number): CriticalEps => ({
  value,
  lower: value,
  upper: value,
  iterations: 0,
  residual: 0,
  converged: true,
});
