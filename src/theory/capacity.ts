import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative } from '../errors.ts';
import type { LabelLaw } from './channels/labels.ts';
import { teacherOn } from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { attackKind, type Norm, rotationInvariantNorms } from './linf/norms.ts';
import type { Signal } from './linf/signal.ts';
import { solveCapacity } from './solveCapacity.ts';
import { attackedBy, type MarginProblem } from './trainingProblem.ts';

/** The labels that {@link robustCapacity} asks the features to fit. */
export interface CapacityOptions {
  /** radius of the ball about every row on which its label must hold: in l2, or sqrt(d) times that of a coordinate in linf; >= 0 */
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
  /** what bounds the ball: 'l2' (default), or 'linf', every coordinate by eps/sqrt(d) */
  readonly norm?: Norm;
  /** the law of the coordinates of beta, of which linf knows; default 'gaussian' */
  readonly signal?: Signal;
}

/** What {@link robustCapacity} finds. */
export interface RobustCapacity {
  /** the largest n/d whose labels the features fit robustly; Infinity where they know the labels without error */
  readonly psi2: number;
  /** |grad f(x)|, against linf |grad f(x)|_1/sqrt(d), of the last classifier that fits them, in units of the deviation of its output */
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

const CAPACITY_OPTIONS: OptionNames<CapacityOptions> = {
  eps: true,
  labels: true,
  tau: true,
  flip: true,
  rho: true,
  nonlinearEnergy: true,
  norm: true,
  signal: true,
};

/**
 * The largest n/d at which labels can be fitted robustly: y f > 0 on the whole ball of radius eps about every training row.
 * Random labels, no attack and linear features: 2 (Cover 1965).
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function robustCapacity(map: FeatureMap, options: CapacityOptions): RobustCapacity {
  checkMap(map);
  checkOptions('robustCapacity', options ?? null, CAPACITY_OPTIONS);
  const { rho = 1 } = options;
  const eps = checkNonNegative('eps', options.eps);
  const teacher = teacherOn(map, options);
  const attack = attackKind(options);
  const asked: Pick<MarginProblem, 'eps' | 'rho' | 'teacher' | 'signal'> = { eps, rho, teacher };
  const problem = attack ? attackedBy(map, asked, attack) : asked;
  const { psi2, overlap, across, iterations, residual, gradientNorm: norm } = solveCapacity(map, problem);
  const gradientNorm =
    attack?.norm === 'linf' && !problem.signal
      ? rotationInvariantNorms(attack.signal, overlap / rho ** 2, rho, norm).linf
      : norm;
  let disagreement = 0;
  for (const { weight, variance } of teacher.latent)
    disagreement += (weight / Math.PI) * Math.atan2(Math.sqrt(across + variance), overlap);
  const error = teacher.flip + (1 - 2 * teacher.flip) * disagreement;
  return { psi2, gradientNorm, error, iterations, residual, converged: residual < 1e-9 };
}
