import { checkOptions, type OptionNames } from '../checkOptions.ts';
import {
  checkBoolean,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import type { WarmStart } from './exactResult.ts';

/** The problem and the accuracy that the exact solvers are asked for; only `eps` has no default. */
export interface ExactOptions {
  /**
   * Radius of the perturbations, in units of the input; >= 0. At lambda = 0, with more features than rows and eps below
   * about 1e-4, float64 may not prove the gap that is asked for: `converged` is then false, and the gap says how far it is.
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
  /** Whether the result has an iterate for `start` of the next one, which takes the memory of two points. Default true. */
  readonly keepStart?: boolean;
  /** Called after each iteration. */
  readonly onProgress?: (progress: ExactProgress) => void;
}

/** Where an exact solution stands after an iteration. */
export interface ExactProgress {
  /** 0 at the start. */
  readonly iteration: number;
  /** At the current theta, an upper bound of the optimum. */
  readonly objective: number;
  /** (objective - lower bound) / objective, estimated as long as it is far from `tolerance`, at which the solver stops. */
  readonly relativeGap: number;
  /**
   * Where the solver stands, which `start` takes, for the same problem to go on from there; none of a loss of the margin. The next
   * iteration overwrites it: it is to be written or copied at once.
   */
  readonly iterate?: WarmStart;
}

export interface ExactSettings {
  readonly eps: number;
  readonly lambda: number;
  readonly fitIntercept: boolean;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly start: WarmStart | undefined;
  readonly keepStart: boolean;
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
  keepStart: true,
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
    keepStart: checkBoolean('keepStart', options.keepStart ?? true),
    onProgress,
  };
}
