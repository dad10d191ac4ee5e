import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import { solveCapacity } from './channels/capacityEquations.ts';
import { type LabelLaw, teacherOf } from './channels/labels.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';

/** The labels that {@link robustCapacity} asks the features to fit. */
export interface CapacityOptions {
  /** l2 radius of the ball about every row on which its label must hold; >= 0 */
  readonly eps: number;
  /** the law of the labels; default 'probit' */
  readonly labels?: LabelLaw;
  /** scale of the latent noise; default 0 */
  readonly tau?: number;
  /** probability that a label is turned over, up to 1/2; default 0 */
  readonly flip?: number;
  /** |beta|; default 1 */
  readonly rho?: number;
  /** energy of a part of the target that no linear function explains; it acts as noise; default 0 */
  readonly nonlinearEnergy?: number;
}

/** What {@link robustCapacity} finds. */
export interface RobustCapacity {
  /** the largest n/d whose labels the features fit robustly; Infinity where they know the labels without error */
  readonly psi2: number;
  /** |grad f(x)| of the last classifier that fits them, in units of the deviation of its output */
  readonly gradientNorm: number;
  /** error of that classifier on fresh rows */
  readonly error: number;
  /** evaluations of the equations */
  readonly iterations: number;
  /** the largest relative error of the equations */
  readonly residual: number;
  /** residual below 1e-9 */
  readonly converged: boolean;
}

export const CAPACITY_OPTIONS: OptionNames<CapacityOptions> = {
  eps: true,
  labels: true,
  tau: true,
  flip: true,
  rho: true,
  nonlinearEnergy: true,
};

/**
 * The largest n/d at which labels can be fitted robustly: y f > 0 on the whole ball of radius eps about every training row.
 * Random labels, no attack and linear features: 2 (Cover 1965).
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function robustCapacity(map: FeatureMap, options: CapacityOptions): RobustCapacity {
  checkMap(map);
  checkOptions('robustCapacity', options ?? null, CAPACITY_OPTIONS);
  const { labels, tau = 0, flip = 0, rho = 1, nonlinearEnergy = 0 } = options;
  const eps = checkNonNegative('eps', options.eps);
  checkPositive('rho', rho);
  const teacher = teacherOf({
    signal: rho * rho * map.signalVariance,
    ...(labels !== undefined && { labels }),
    tau: checkNonNegative('tau', tau),
    besides: checkNonNegative('nonlinearEnergy', nonlinearEnergy),
    flip,
  });
  const { psi2, gradientNorm, overlap, iterations, residual } = solveCapacity(map, { eps, rho, teacher });
  let disagreement = 0;
  for (const { weight, variance } of teacher.latent)
    disagreement +=
      (weight / Math.PI) * Math.acos(Math.min(1, overlap / Math.sqrt(teacher.signal + variance)));
  const error = flip + (1 - 2 * flip) * disagreement;
  return { psi2, gradientNorm, error, iterations, residual, converged: residual < 1e-9 };
}
