import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkFloats, checkRows } from '../data/checkRows.ts';
import { checkBoolean, checkChoice, checkPositive, InvalidArgumentError, UserError } from '../errors.ts';
import { type LinearAlgebra, linearAlgebra } from '../numerics/linearAlgebra.ts';
import { choleskySolve, dot, norm, quadraticForm, transpose, transposedTimes } from '../numerics/vectors.ts';
import { type ActivationName, activation, type CustomActivation } from '../theory/activations.ts';
import { perSampleProgramme } from './cone/perSampleProgramme.ts';
import { sharedNormProgramme } from './cone/sharedNormProgramme.ts';
import {
  checkProblem,
  EXACT_OPTIONS,
  type ExactData,
  type ExactOptions,
  type ExactResult,
  gapOf,
  resolveExact,
  runInteriorPoint,
  scaleOf,
  trainingErrors,
} from './exactResult.ts';
import { centring } from './intercept.ts';
import { oneLayerJacobians } from './oneLayerJacobians.ts';
import { solveRidge } from './solveRidge.ts';

/** Random features at the training rows, with their gradients in the input. All float64. */
export interface LinearizedProblem {
  /** Training rows. */
  readonly n: number;
  /** Input dimension. */
  readonly d: number;
  /** Number of features. */
  readonly N: number;
  /** sigma(W x_i) - E sigma(G), n x N. */
  readonly phi: Float64Array;
  /** sigma'(W x_i), n x N. */
  readonly slopes: Float64Array;
  /** The paper's W transposed, d x N. */
  readonly W: Float64Array;
  /** Targets, n. */
  readonly y: Float64Array;
}

/** What {@link solveLinearized} is asked for: radius, penalty, accuracy, and whose gradients count. */
export interface LinearizedOptions extends ExactOptions {
  /**
   * 'exact': each sample's own gradient, q_i = |K_i theta| with K_i = W' diag(sigma'(W x_i)). 'averaged': one q for all,
   * q^2 = theta' J theta with J the mean of K_i' K_i, which is what q_i^2 concentrates at. Default 'exact'.
   */
  readonly gradients?: 'exact' | 'averaged';
}

const GRADIENTS = ['exact', 'averaged'] as const;

const OPTIONS: OptionNames<LinearizedOptions> = { ...EXACT_OPTIONS, gradients: true };

/**
 * The features of x -> sigma(W x), activation centred as in the RandomFeatures layer, with their slopes.
 * @param features W, d x N as the layer stores its kernel, and the activation, default 'shifted-relu'
 * @throws InvalidArgumentError for sizes that disagree, values that are not finite, or an unknown activation
 */
export function linearizedProblem(
  data: ExactData,
  features: {
    readonly W: Float32Array | Float64Array;
    readonly activation?: ActivationName | CustomActivation;
  },
): LinearizedProblem {
  checkRows(data);
  checkOptions('linearizedProblem', features, { W: true, activation: true });
  const { W, activation: name = 'shifted-relu' } = features;
  const { n, d } = data;
  checkFloats('W', W, W?.length, `a multiple of d = ${d} values`);
  const N = W.length / d;
  if (!Number.isInteger(N) || N === 0)
    throw new InvalidArgumentError('W', `${W.length} values`, `a multiple of d = ${d}`);
  if (!W.every(Number.isFinite)) throw new InvalidArgumentError('W', 'values', 'finite numbers');
  const { value, derivative, moments } = activation(name);
  const kernel = Float64Array.from(W);
  const phi = new Float64Array(n * N);
  linearAlgebra().multiplyTransposed(Float64Array.from(data.x), transpose(kernel, d, N), phi, {
    m: n,
    n: N,
    k: d,
  });
  const slopes = phi.map(derivative);
  for (let j = 0; j < phi.length; j++) phi[j] = value(phi[j]!) - moments.mu0;
  return { n, d, N, phi, slopes, W: kernel, y: Float64Array.from(data.y) };
}

/**
 * The adversarially trained read-out of random features, its attack linearised in the perturbation:
 *
 *   theta = argmin (1/2n) sum (|y_i - theta' phi_i| + eps q_i)^2 + (lambda/2) |theta|^2,   q_i = |grad f(x_i)|_2,
 *
 * or theta and the intercept b of y_i - b - theta' phi_i with `fitIntercept`.
 *
 * A second-order cone programme, solved in float64 by a primal-dual interior-point method with a proved duality gap. The
 * linearisation is asymptotically exact for inputs of norm about sqrt(d) (Hassani & Javanmard 2022).
 *
 * @throws InvalidArgumentError for options out of range; UserError at eps = lambda = 0 when the features lack full rank
 */
export function solveLinearized(problem: LinearizedProblem, options: LinearizedOptions): ExactResult {
  const settings = resolveExact('solveLinearized', options, OPTIONS);
  checkProblem(problem, 'linearizedProblem');
  const gradients = checkChoice('gradients', options.gradients ?? 'exact', GRADIENTS);
  const algebra = linearAlgebra();
  const { n, N } = problem;
  const { eps, lambda, fitIntercept } = settings;
  if (eps === 0) return solveRidge({ ...problem, lambda, fitIntercept });
  const { phi, y: targets, interceptOf } = centring(fitIntercept, problem);
  const unit = scaleOf(targets);
  const y = targets.map((value) => value / unit);
  const intercept = fitIntercept;
  const metric = gradients === 'averaged' ? averagedMetric(problem, algebra) : undefined;
  const programme = metric
    ? sharedNormProgramme({ n, N, phi, y, eps, lambda, norm: 'l2', metric, intercept }, algebra)
    : perSampleProgramme(
        { ...problem, phi, y, eps, lambda, intercept, jacobians: oneLayerJacobians(problem, algebra) },
        algebra,
      );
  const { x, bounds, iterations, converged, warmStart } = runInteriorPoint(
    programme,
    { n, y },
    settings,
    unit,
  );
  const theta = x.slice(0, N).map((value) => value * unit);
  const beside = fitIntercept ? x[N]! * unit : 0;
  const lengths = metric
    ? Math.sqrt(Math.max(0, quadraticForm(metric.matrix, theta)))
    : gradientNorms(problem, theta);
  return {
    theta,
    intercept: interceptOf(theta, beside),
    ...gapOf(bounds, y, unit),
    ...trainingErrors(
      phi,
      targets,
      theta,
      (i) => eps * (typeof lengths === 'number' ? lengths : lengths[i]!),
      beside,
    ),
    iterations,
    residual: bounds.residual / (norm(transposedTimes(phi, y, N)) || 1),
    converged,
    warmStart,
  };
}

/**
 * |K_i theta|, the norm of the input gradient of f at each row.
 * @param problem of which the targets do not matter
 * @param theta N coefficients
 */
export function gradientNorms({ n, N, d, slopes, W }: LinearizedProblem, theta: Float64Array): Float64Array {
  const gated = slopes.map((slope, at) => slope * theta[at % N]!);
  const images = new Float64Array(n * d);
  linearAlgebra().multiplyTransposed(gated, W, images, { m: n, n: d, k: N });
  return Float64Array.from({ length: n }, (_, i) => norm(images.subarray(i * d, (i + 1) * d)));
}

/** J = (1/n) sum K_i' K_i = (W W') o (D' D / n) and its Cholesky factor, both in the lower triangle. */
function averagedMetric(
  { n, N, d, slopes, W }: LinearizedProblem,
  algebra: LinearAlgebra,
): { matrix: Float64Array; factor: Float64Array } {
  const rows = transpose(W, d, N);
  const gates = transpose(slopes, n, N);
  const matrix = new Float64Array(N * N);
  const overlaps = new Float64Array(N * N);
  algebra.multiplyTransposed(gates, gates, matrix, { m: N, n: N, k: n, lower: true });
  algebra.multiplyTransposed(rows, rows, overlaps, { m: N, n: N, k: d, lower: true });
  for (let j = 0; j < matrix.length; j++) matrix[j]! *= overlaps[j]! / n;
  let largest = 0;
  for (let a = 0; a < N; a++) largest = Math.max(largest, matrix[a * N + a]!);
  // Two features that are one leave J singular.
  for (let a = 0; a < N; a++) matrix[a * N + a]! += 1e-12 * largest;
  const factor = matrix.slice();
  if (largest === 0 || !algebra.choleskyInPlace(factor, N))
    throw new UserError(
      "gradients 'averaged': the features have no gradient at the training rows; use 'exact'",
    );
  return { matrix, factor };
}

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

/** How {@link criticalEpsLinearized} finds a critical radius, and of which training. */
export interface CriticalEpsOptions extends Pick<LinearizedOptions, 'gradients' | 'fitIntercept'> {
  /** Relative distance of the bounds at which it stops. Default 1e-6. */
  readonly tolerance?: number;
}

const CRITICAL_EPS_OPTIONS: OptionNames<CriticalEpsOptions> = {
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
export function criticalEpsLinearized(
  problem: LinearizedProblem,
  options: CriticalEpsOptions = {},
): CriticalEps {
  checkOptions('criticalEpsLinearized', options, CRITICAL_EPS_OPTIONS);
  checkProblem(problem, 'linearizedProblem');
  const gradients = checkChoice('gradients', options.gradients ?? 'exact', GRADIENTS);
  const tolerance = checkPositive('tolerance', options.tolerance ?? 1e-6);
  const fitIntercept = checkBoolean('fitIntercept', options.fitIntercept ?? false);
  const algebra = linearAlgebra();
  const { n, N, d, slopes, W } = problem;
  const { phi, y } = centring(fitIntercept, problem);
  const pull = transposedTimes(phi, y, N);
  const sizes = y.map(Math.abs);
  const total = sizes.reduce((sum, value) => sum + value, 0);
  if (total === 0 || norm(pull) === 0) return exactly(0);
  if (gradients === 'averaged') {
    const { factor } = averagedMetric(problem, algebra);
    return exactly(Math.sqrt(dot(pull, choleskySolve(factor, pull.slice()))) / total);
  }
  const rows = transpose(W, d, N);
  const gates = transpose(slopes, n, N);
  const overlaps = new Float64Array(N * N);
  algebra.multiplyTransposed(rows, rows, overlaps, { m: N, n: N, k: d, lower: true });
  const matrix = new Float64Array(N * N);
  let lengths = new Float64Array(n).fill(1);
  let lower = 0;
  let upper = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= 200; iteration++) {
    const weighted = gates.map((gate, at) => (gate * sizes[at % n]!) / lengths[at % n]!);
    algebra.multiplyTransposed(weighted, gates, matrix, { m: N, n: N, k: n, lower: true });
    let largest = 0;
    for (let j = 0; j < matrix.length; j++) matrix[j]! *= overlaps[j]!;
    for (let a = 0; a < N; a++) largest = Math.max(largest, matrix[a * N + a]!);
    for (let a = 0; a < N; a++) matrix[a * N + a]! += 1e-14 * largest;
    if (!algebra.choleskyInPlace(matrix, N)) break;
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
