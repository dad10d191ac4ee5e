import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkPositive } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { choleskySolve, dot, norm, transposedTimes } from '../numerics/vectors.ts';
import { DEFAULT_TOLERANCE } from './exactOptions.ts';
import { centring } from './intercept.ts';
import { AVERAGED_JITTER, addToDiagonal, CRITICAL_JITTER } from './jitter.ts';
import { checkProblem, type ReadoutProblem } from './readoutProblem.ts';
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
 * Infinity where the targets pull along a theta that moves no gradient at any row: of a ReLU that is off at all of them, or of
 * more than n d features. With an intercept Phi and y count about their means.
 * @throws InvalidArgumentError for options out of range
 */
export function criticalEpsReadout(
  problem: ReadoutProblem,
  options: CriticalEpsReadoutOptions = {},
): CriticalEps {
  checkOptions('criticalEpsReadout', options, CRITICAL_EPS_READOUT_OPTIONS);
  checkProblem(problem);
  const gradients = checkGradients(options.gradients);
  const tolerance = checkPositive('tolerance', options.tolerance ?? DEFAULT_TOLERANCE);
  const fitIntercept = checkBoolean('fitIntercept', options.fitIntercept ?? false);
  const { n, N } = problem;
  const { phi, y } = centring(fitIntercept, problem);
  const pull = transposedTimes(phi, y, N);
  const sizes = y.map(Math.abs);
  const total = sizes.reduce((sum, value) => sum + value, 0);
  if (total === 0 || norm(pull) === 0) return exactly(0);
  if (gradients === 'averaged') {
    const { theta, left, unreached } = pulledBy(problem, pull, new Float64Array(n).fill(1 / n), {
      jitter: AVERAGED_JITTER,
      tolerance: DEFAULT_TOLERANCE,
    });
    if (unreached) return exactly(Infinity);
    const ratio = Math.sqrt(dot(pull, theta)) / total;
    return left <= DEFAULT_TOLERANCE ? exactly(ratio) : between(ratio, Infinity, 0, tolerance);
  }
  let lengths = new Float64Array(n).fill(1);
  let lower = 0;
  let upper = Number.POSITIVE_INFINITY;
  for (let iteration = 1; ; iteration++) {
    const weights = sizes.map((size, i) => size / lengths[i]!);
    const { theta, next, left, unreached } = pulledBy(problem, pull, weights, {
      jitter: CRITICAL_JITTER,
      tolerance,
    });
    if (unreached) return exactly(Infinity);
    const cost = dot(sizes, next);
    if (cost > 0) lower = Math.max(lower, dot(pull, theta) / cost);
    const valid = left <= tolerance;
    if (valid)
      upper = Math.min(
        upper,
        next.reduce((most, value, i) => Math.max(most, value / lengths[i]!), 0),
      );
    const found = between(lower, upper, iteration, tolerance);
    if (found.converged || !valid || iteration === ITERATIONS) return found;
    const mean = cost / total;
    lengths = next.map((value) => Math.max(value / mean, 1e-9)) as Float64Array<ArrayBuffer>;
  }
}

/** Steps of the fixed point at most. */
const ITERATIONS = 200;
/** Corrections of a solution, each of which brings back what the jitter left out of it. */
const CORRECTIONS = 10;
/** Gradients that are as small a share of the largest are rounding. */
const NOTHING = 1e-10;
/** A pull needs no further correction when this share of the tolerance is left of it. */
const ENOUGH = 0.01;

/**
 * theta with sum weights_i K_i' K_i theta = pull, q_i there, and what is left of the pull, as a share of it: in its own norm, or of
 * what the last correction changed in q_i where that is more, as directions of small gradients weigh little in the first.
 * `unreached` says that a part of theta has no gradient at all.
 */
function pulledBy(
  { n, d, N, jacobians }: ReadoutProblem,
  pull: Float64Array,
  weights: Float64Array,
  { jitter, tolerance }: { readonly jitter: number; readonly tolerance: number },
): { theta: Float64Array; next: Float64Array; left: number; unreached: boolean } {
  const matrix = new Float64Array(N * N);
  jacobians.weightedGram(weights, matrix);
  const largest = addToDiagonal(matrix, N, jitter);
  const theta = new Float64Array(N);
  let next = new Float64Array(n);
  if (!linearAlgebra().choleskyInPlace(matrix, N)) return { theta, next, left: 1, unreached: largest === 0 };
  const images = new Float64Array(n * d);
  const lengthsOf = (of: Float64Array): Float64Array<ArrayBuffer> =>
    Float64Array.from(weights, (_, i) => norm(of.subarray(i * d, (i + 1) * d)));
  const most = (lengths: Float64Array): number =>
    lengths.reduce((size, value, i) => Math.max(size, weights[i]! * value), 0);
  let missing = pull;
  let left = 1;
  for (let k = 0; k <= CORRECTIONS && left > ENOUGH * tolerance; k++) {
    const step = choleskySolve(matrix, missing.slice());
    const change = jacobians.images(step);
    for (let a = 0; a < N; a++) theta[a]! += step[a]!;
    for (let j = 0; j < images.length; j++) images[j]! += change[j]!;
    next = lengthsOf(images);
    const reached = jacobians.pulledSum(images.map((value, j) => weights[Math.floor(j / d)]! * value));
    missing = pull.map((value, a) => value - reached[a]!);
    left = Math.max(norm(missing) / norm(pull), k === 0 ? 0 : most(lengthsOf(change)) / most(next));
  }
  const curvature = dot(
    weights,
    next.map((value) => value * value),
  );
  const unreached = left > tolerance && curvature <= NOTHING ** 2 * largest * dot(theta, theta);
  return { theta, next, left, unreached };
}

const exactly = (value: number): CriticalEps => ({
  value,
  lower: value,
  upper: value,
  iterations: 0,
  residual: 0,
  converged: true,
});

/** What two bounds tell. */
function between(lower: number, upper: number, iterations: number, tolerance: number): CriticalEps {
  const residual = upper === Infinity ? 1 : (upper - lower) / upper;
  return { value: upper, lower, upper, iterations, residual, converged: residual <= tolerance };
}
