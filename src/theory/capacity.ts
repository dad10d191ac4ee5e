import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import { type Capacity, solveCapacity } from './channels/capacityEquations.ts';
import { type LabelLaw, labelsSeen, teacherOf } from './channels/labels.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { solveLinfCapacity } from './linf/capacityEquations.ts';
import {
  type AttackKind,
  attackKind,
  axesOf,
  DENSE,
  type Norm,
  rotationInvariantNorms,
} from './linf/norms.ts';
import type { Signal } from './linf/signal.ts';

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

export const CAPACITY_OPTIONS: OptionNames<CapacityOptions> = {
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
  const { labels, tau = 0, flip = 0, rho = 1, nonlinearEnergy = 0 } = options;
  const eps = checkNonNegative('eps', options.eps);
  checkPositive('rho', rho);
  const teacher = labelsSeen(
    map,
    teacherOf({
      signal: rho * rho * map.signalVariance,
      ...(labels !== undefined && { labels }),
      tau: checkNonNegative('tau', tau),
      besides: checkNonNegative('nonlinearEnergy', nonlinearEnergy),
      flip,
    }),
  );
  const attack = attackKind(options);
  const linf = attack?.norm === 'linf';
  const axes = linf ? axesOf(map) : undefined;
  const { psi2, gradientNorm, overlap, iterations, residual } =
    axes && eps > 0
      ? solveLinfCapacity(axes, { eps, rho, teacher, signal: attack!.signal })
      : withNorm(attack, rho, solveCapacity(map, { eps: linf ? DENSE * eps : eps, rho, teacher }));
  let disagreement = 0;
  for (const { weight, variance } of teacher.latent)
    disagreement +=
      (weight / Math.PI) * Math.acos(Math.min(1, overlap / Math.sqrt(teacher.signal + variance)));
  const error = flip + (1 - 2 * flip) * disagreement;
  return { psi2, gradientNorm, error, iterations, residual, converged: residual < 1e-9 };
}

/** The capacity of a training without preferred axes, its gradient in the norm asked for. */
const withNorm = (attack: AttackKind | undefined, rho: number, capacity: Capacity): Capacity =>
  attack?.norm !== 'linf'
    ? capacity
    : {
        ...capacity,
        gradientNorm: rotationInvariantNorms(
          attack.signal,
          capacity.overlap / rho ** 2,
          rho,
          capacity.gradientNorm,
        ).linf,
      };
