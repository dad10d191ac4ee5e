import { checkOptions } from '../checkOptions.ts';
import { checkRows } from '../data/checkRows.ts';
import { checkPositive, InvalidArgumentError } from '../errors.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { norm, transposedTimes } from '../numerics/vectors.ts';
import { perSampleProgramme } from './cone/perSampleProgramme.ts';
import { blockedJacobians } from './deepJacobians.ts';
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
import type { Jacobians } from './jacobians.ts';
import { solveRidge } from './solveRidge.ts';

/** Deep frozen features at the training rows, with their input gradients. All float64. */
export interface DeepReadoutProblem {
  /** Training rows. */
  readonly n: number;
  /** Input dimension. */
  readonly d: number;
  /** Features of the last frozen layer. */
  readonly N: number;
  /** Features at the training rows, n x N. */
  readonly phi: Float64Array;
  /** Targets, n. */
  readonly y: Float64Array;
  /** Input gradients of the features, as operators. */
  readonly jacobians: Jacobians;
}

/**
 * What `solveDeepReadout` solves, from rows and a frozen map of any depth; per-sample Jacobians by the chain rule.
 * @param options memory, the bytes of Jacobians to keep, n d N 8 in all; beyond it they are computed anew at every use.
 * Default 1e9
 * @throws InvalidArgumentError for sizes that disagree or values that are not finite
 */
export function deepReadoutProblem(
  data: ExactData,
  features: LayeredFeatures,
  options: { readonly memory?: number } = {},
): DeepReadoutProblem {
  checkRows(data);
  checkOptions('deepReadoutProblem', options, { memory: true });
  const memory = checkPositive('memory', options.memory ?? 1e9);
  if (!(features instanceof LayeredFeatures))
    throw new InvalidArgumentError('features', features, 'LayeredFeatures, as randomFeaturesMap makes them');
  const { n, d } = data;
  if (features.inputDim !== d)
    throw new InvalidArgumentError('x', `${d} columns`, `${features.inputDim}, as the features read`);
  const N = features.units;
  const x = Float64Array.from(data.x);
  const rowsFrom = (from: number, to: number): Float64Array =>
    features.jacobians(x.subarray(from * d, to * d), to - from);
  return {
    n,
    d,
    N,
    phi: features.features(x, n),
    y: Float64Array.from(data.y),
    jacobians: blockedJacobians({ n, d, N }, rowsFrom, memory),
  };
}

/**
 * The adversarially trained read-out of frozen layers of any depth, the attack linearised in the perturbation:
 *
 *   theta = argmin (1/2n) sum (|y_i - theta' phi_i| + eps |grad f(x_i)|_2)^2 + (lambda/2) |theta|^2,
 *
 * or theta and the intercept b of y_i - b - theta' phi_i with `fitIntercept`.
 *
 * As `solveLinearized`, whose closed forms for one layer it does not need: a second-order cone programme in float64 with a
 * proved duality gap. An iteration costs n d N^2 / 2 multiplications.
 * @throws InvalidArgumentError for options out of range; UserError at eps = lambda = 0 when the features lack full rank
 */
export function solveDeepReadout(problem: DeepReadoutProblem, options: ExactOptions): ExactResult {
  const settings = resolveExact('solveDeepReadout', options, EXACT_OPTIONS);
  checkProblem(problem, 'deepReadoutProblem');
  const { n, N } = problem;
  const { eps, lambda, fitIntercept } = settings;
  if (eps === 0) return solveRidge({ ...problem, lambda, fitIntercept });
  const { phi, y: targets, interceptOf } = centring(fitIntercept, problem);
  const unit = scaleOf(targets);
  const y = targets.map((value) => value / unit);
  const programme = perSampleProgramme(
    { ...problem, phi, y, eps, lambda, intercept: fitIntercept },
    linearAlgebra(),
  );
  const solved = runInteriorPoint(programme, { n, y }, settings, unit);
  const { x, bounds, iterations, converged, warmStart } = solved;
  const theta = x.slice(0, N).map((value) => value * unit);
  const beside = fitIntercept ? x[N]! * unit : 0;
  const lengths = deepGradientNorms(problem, theta);
  return {
    theta,
    intercept: interceptOf(theta, beside),
    ...gapOf(bounds, y, unit),
    ...trainingErrors(phi, targets, theta, (i) => eps * lengths[i]!, beside),
    iterations,
    residual: bounds.residual / (norm(transposedTimes(phi, y, N)) || 1),
    converged,
    warmStart,
  };
}

/**
 * |grad f(x_i)| at each row of the problem.
 * @param problem of which the targets do not matter
 * @param theta N coefficients
 */
export function deepGradientNorms(
  { n, d, jacobians }: Pick<DeepReadoutProblem, 'n' | 'd' | 'jacobians'>,
  theta: Float64Array,
): Float64Array {
  const images = jacobians.images(theta);
  return Float64Array.from({ length: n }, (_, i) => norm(images.subarray(i * d, (i + 1) * d)));
}
