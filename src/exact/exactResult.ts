import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkFloats } from '../data/checkRows.ts';
import {
  checkBoolean,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import {
  type Bounds,
  type InteriorPoint,
  type InteriorPointResult,
  interiorPoint,
  type StartedProgramme,
} from './cone/interiorPoint.ts';

/** Rows in float32 or float64: x is n x d, row after row. A `Dataset` will do. */
export interface ExactData {
  /** Rows. */
  readonly n: number;
  /** Columns of x. */
  readonly d: number;
  /** Inputs, n x d. */
  readonly x: Float32Array | Float64Array;
  /** Targets, n. */
  readonly y: Float32Array | Float64Array;
}

/** The problem and the accuracy that the exact solvers are asked for; only `eps` has no default. */
export interface ExactOptions {
  /**
   * Radius of the perturbations, in units of the input; >= 0. At lambda = 0, with more features than rows and eps below
   * about 0.01, float64 seldom proves the gap that is asked for: `converged` is then false, and the gap says how far it is.
   */
  readonly eps: number;
  /** Penalty (lambda / 2) |theta|^2 beside (1/2n) sum. Default 0. */
  readonly lambda?: number;
  /**
   * Whether an intercept b stands beside theta, y_i - b - theta' phi_i in place of y_i - theta' phi_i. It is free: neither
   * lambda nor eps costs it anything. Default false, as in the paper.
   */
  readonly fitIntercept?: boolean;
  /** Stop when the duality gap is below this fraction of the objective. Default 1e-6. */
  readonly tolerance?: number;
  /** Interior-point iterations at most. Default 100; 3 to 10 are usual. */
  readonly maxIterations?: number;
  /** `warmStart` of a result for the same data at another eps or lambda. */
  readonly start?: WarmStart;
  /** Called after each iteration. */
  readonly onProgress?: (progress: ExactProgress) => void;
}

/** Where an exact solution stands after an iteration. */
export interface ExactProgress {
  /** 0 at the start. */
  readonly iteration: number;
  /** At the current theta, an upper bound of the optimum. */
  readonly objective: number;
  /** (objective - lower bound) / objective; the solver stops at `tolerance`. */
  readonly relativeGap: number;
}

/** An exact solution, float64; r_i are the residuals on the training rows, q_i what eps multiplies there. */
export interface ExactResult {
  /** The minimiser found, one coefficient a feature, float64. */
  readonly theta: Float64Array;
  /** What the model adds to theta' phi; 0 where none is fitted. */
  readonly intercept: number;
  /** (1/2n) sum (|r_i| + eps q_i)^2 + (lambda/2) |theta|^2 at theta. */
  readonly objective: number;
  /** Objective minus a lower bound that a feasible dual point proves; no theta is better by more than this. */
  readonly dualityGap: number;
  /**
   * dualityGap / objective. An objective below 1e-18 of its value at theta = 0 is zero to working precision, as where more
   * features than data leave nothing to pay; it counts as solved, and this is then 0.
   */
  readonly relativeGap: number;
  /** (1/n) sum (|r_i| + eps q_i)^2: the adversarial error on the training rows. */
  readonly robustError: number;
  /** (1/n) sum r_i^2. */
  readonly cleanError: number;
  /** Interior-point iterations; 0 for a solution in closed form. */
  readonly iterations: number;
  /** Gradient of the Lagrangian in theta, relative to the gradient of the loss at theta = 0. */
  readonly residual: number;
  /** relativeGap <= tolerance. When false, theta and dualityGap are still valid, only less tight. */
  readonly converged: boolean;
  /** For `start` of the next solution along a path. */
  readonly warmStart: WarmStart;
}

/** An interior iterate, in the solver's own units. To be handed on as it is. */
export interface WarmStart {
  /** Null where no iterate was both near the optimum and well inside the cones. */
  readonly point: InteriorPoint | null;
  /** Radius that it was solved for; a start further than a factor of 1.25 from it is not used. */
  readonly eps: number;
  /** Penalty that it was solved for; a start at another one is not used. */
  readonly lambda: number;
}

export interface ExactSettings {
  readonly eps: number;
  readonly lambda: number;
  readonly fitIntercept: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly start: WarmStart | undefined;
  readonly onProgress: (progress: ExactProgress) => void;
}

/** Relative duality gap at which the exact solvers stop unless told otherwise. */
export const DEFAULT_TOLERANCE = 1e-6;

/** What every exact solver takes. */
export const EXACT_OPTIONS: OptionNames<ExactOptions> = {
  eps: true,
  lambda: true,
  fitIntercept: true,
  tolerance: true,
  maxIterations: true,
  start: true,
  onProgress: true,
};

/**
 * @param of the solver, as messages name it
 * @param names every option it has
 * @throws InvalidArgumentError for unknown options and values out of range
 */
export function resolveExact(
  of: string,
  options: ExactOptions,
  names: Readonly<Record<string, true>>,
): ExactSettings {
  checkOptions(of, options ?? null, names);
  const { start, onProgress = () => {} } = options;
  if (typeof onProgress !== 'function')
    throw new InvalidArgumentError('onProgress', onProgress, 'a function of the progress');
  if (start !== undefined && !(start !== null && typeof start === 'object' && 'point' in start))
    throw new InvalidArgumentError('start', start, 'warmStart of a result');
  return {
    eps: checkNonNegative('eps', options.eps),
    lambda: checkNonNegative('lambda', options.lambda ?? 0),
    fitIntercept: checkBoolean('fitIntercept', options.fitIntercept ?? false),
    tolerance: checkPositive('tolerance', options.tolerance ?? DEFAULT_TOLERANCE),
    maxIterations: checkInteger('maxIterations', options.maxIterations ?? 100),
    start,
    onProgress,
  };
}

/** @throws InvalidArgumentError for what is not a problem of features at rows, as `from` makes them */
export function checkProblem(
  problem: { readonly n: number; readonly N: number; readonly phi: Float64Array; readonly y: Float64Array },
  from: string,
): void {
  if (problem === null || typeof problem !== 'object' || !('phi' in problem))
    throw new InvalidArgumentError('problem', problem, `a problem made by ${from}`);
  const { phi, y } = problem;
  const n = checkInteger('n', problem.n);
  const N = checkInteger('N', problem.N);
  checkFloats('phi', phi, n * N, `n * N = ${n * N} values, row after row`);
  checkFloats('y', y, n, `n = ${n} values, one a row of phi`);
}

/** Root mean square; 1 for zeros, so that it can divide. */
export function scaleOf(y: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < y.length; i++) square += y[i]! * y[i]!;
  return Math.sqrt(square / y.length) || 1;
}

/** (1/n) sum (|r_i| + costs_i)^2 and (1/n) sum r_i^2, r_i = y_i - beside - theta' phi_i. */
export function trainingErrors(
  phi: Float64Array,
  y: Float64Array,
  theta: Float64Array,
  cost: (i: number) => number,
  beside = 0,
): { robustError: number; cleanError: number } {
  const n = y.length;
  const N = theta.length;
  let robustError = 0;
  let cleanError = 0;
  for (let i = 0; i < n; i++) {
    let r = y[i]! - beside;
    for (let a = 0; a < N; a++) r -= phi[i * N + a]! * theta[a]!;
    robustError += (Math.abs(r) + cost(i)) ** 2 / n;
    cleanError += (r * r) / n;
  }
  return { robustError, cleanError };
}

/**
 * Runs the interior-point method from the neighbour's iterate where that is near enough to be worth it, otherwise from
 * the programme's own start, for targets of root mean square 1, and keeps an iterate for the next neighbour.
 */
export function runInteriorPoint(
  programme: StartedProgramme,
  { n, y }: { readonly n: number; readonly y: Float64Array },
  settings: ExactSettings,
  unit: number,
): InteriorPointResult & { readonly warmStart: WarmStart } {
  const { eps, lambda, tolerance, maxIterations, start, onProgress } = settings;
  let kept: InteriorPoint | null = null;
  const atZero = 0.5 * y.reduce((sum, value) => sum + value * value, 0);
  // A start of another size is that of a problem with an intercept for one without, or the other way about.
  const near =
    start &&
    Math.abs(Math.log(eps / start.eps)) < MOST_STEP &&
    start.lambda === lambda &&
    start.point?.x.length === programme.size;
  const result = interiorPoint(
    programme,
    near && start.point ? neighbour(start.point, 2 * n, eps / start.eps) : programme.start(),
    {
      tolerance,
      negligible: NEGLIGIBLE * atZero,
      maxIterations,
      onIteration(iteration, { upper, lower }, { x, s, z }) {
        const relativeGap = (upper - lower) / upper;
        if (kept === null && relativeGap < WARM_GAP) kept = { x: x.slice(), s: s.slice(), z: z.slice() };
        onProgress({ iteration, objective: (upper * unit * unit) / n, relativeGap });
      },
    },
  );
  const warmStart = { point: kept, eps, lambda };
  // Beyond the critical eps the minimiser is 0 itself, which interior points only approach.
  if (atZero > result.bounds.upper) return { ...result, warmStart };
  const bounds = { ...result.bounds, upper: atZero };
  const converged = atZero - bounds.lower <= tolerance * atZero;
  return { ...result, x: new Float64Array(result.x.length), bounds, converged, warmStart };
}

/** Share of the objective at theta = 0 below which an objective is zero. */
const NEGLIGIBLE = 1e-18;
/** The iterate that suits a start at a neighbouring eps: the first this close to the optimum, still well inside the cones. */
const WARM_GAP = 3e-2;
/** Beyond this step in log eps the programme's own start is as quick. */
const MOST_STEP = Math.log(1.25);

/** The dual coordinates of the bounds q are proportional to eps; rescaled, the point stays inside the cones. */
function neighbour(point: InteriorPoint, from: number, ratio: number): InteriorPoint {
  const z = point.z.slice();
  for (let j = from; j < z.length; j++) z[j]! *= ratio;
  return { ...point, z };
}

/** The gap of bounds on a sum over rows in solver units, as results report it. */
export function gapOf(
  { upper, lower }: Pick<Bounds, 'upper' | 'lower'>,
  y: Float64Array,
  unit: number,
): Pick<ExactResult, 'objective' | 'dualityGap' | 'relativeGap'> {
  const gap = Math.max(0, upper - lower);
  const scale = (unit * unit) / y.length;
  const solved = upper <= NEGLIGIBLE * 0.5 * y.reduce((sum, value) => sum + value * value, 0);
  return { objective: upper * scale, dualityGap: gap * scale, relativeGap: solved ? 0 : gap / upper };
}
