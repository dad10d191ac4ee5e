import { checkChoice, InvalidArgumentError, UserError } from '../../errors.ts';
import type { CoordinateModel, FeatureMap } from '../featureMaps/featureMap.ts';
import { newShrinkage, shrinkage } from './shrinkage.ts';
import { type Signal, type SignalLaw, signalParts } from './signal.ts';

/**
 * What bounds an attack: |delta|_2 <= eps ('l2'), or every |delta_j| <= eps/sqrt(d) ('linf'), so that eps is O(1) in both and
 * the ball of linf holds that of l2 of radius eps/sqrt(d) and lies in that of radius eps.
 */
export type Norm = 'l2' | 'linf';
export const NORMS: readonly Norm[] = ['l2', 'linf'];

/** How fast an output can change per eps under either attack: both concentrate. */
export interface GradientNorms {
  /** |grad f(x)|_2 */
  readonly l2: number;
  /** |grad f(x)|_1/sqrt(d), never more than the other */
  readonly linf: number;
}

/** What bounds the attacks in training and at test, and the law of the signal that they meet. */
export interface AttackOptions {
  /** what bounds the attack in training: 'l2' (default), |delta|_2 <= eps, or 'linf', every |delta_j| <= eps/sqrt(d) */
  readonly norm?: Norm;
  /** the same of the attack at test, of radius epsTest; default `norm` */
  readonly testNorm?: Norm;
  /** the law of the coordinates of beta, of which only attacks in linf know; default 'gaussian' */
  readonly signal?: Signal;
}

/** The norms and the signal's law, resolved. */
export interface AttackKind {
  readonly norm: Norm;
  readonly testNorm: Norm;
  readonly signal: SignalLaw;
}

/**
 * What is given of {@link AttackOptions}; undefined for nothing, where the theory of one norm does.
 * @throws InvalidArgumentError for another norm, or what is no law of a signal
 */
export function attackKind({ norm, testNorm, signal }: AttackOptions): AttackKind | undefined {
  if (norm === undefined && testNorm === undefined && signal === undefined) return undefined;
  const trained = norm === undefined ? 'l2' : checkChoice('norm', norm, NORMS);
  return {
    norm: trained,
    testNorm: testNorm === undefined ? trained : checkChoice('testNorm', testNorm, NORMS),
    signal: signalParts(signal),
  };
}

/** One of the norms of a gradient. @throws InvalidArgumentError where it is not known */
export function normOf(
  { gradientNorm, gradientNorms }: { gradientNorm: number; gradientNorms?: GradientNorms | undefined },
  norm: Norm,
): number {
  checkChoice('norm', norm, NORMS);
  if (gradientNorms) return gradientNorms[norm];
  if (norm === 'l2') return gradientNorm;
  throw new InvalidArgumentError(
    'norm',
    norm,
    "'l2': the risk was asked for without norm, testNorm or signal",
  );
}

/** What an attack on single coordinates meets in a map. @throws UserError for a map of which that is not known */
export function coordinatesOf(map: FeatureMap): CoordinateModel {
  const { coordinates } = map;
  if (coordinates === undefined)
    throw new UserError(
      `no closed form against linf for ${map.name}: only for randomFeatures and linear with inputs N(0, I)`,
    );
  if (coordinates.mu1 !== 0 && coordinates.psi1 < Infinity && coordinates.nuSquared === 0)
    throw new UserError('no closed form against linf for a linear activation: use linear()');
  return coordinates;
}

/** |grad f|_1/sqrt(d) in units of |grad f|_2 where the gradient is Gaussian. */
export const DENSE = Math.sqrt(2 / Math.PI);

/** A smaller share of the gradient in its linear part is rounding. */
const NO_LINEAR_PART = 1e-20;

/**
 * The same where an attack on single coordinates differs from one in l2 of DENSE times its radius: a gradient without a linear
 * part is Gaussian, and its norms are proportional.
 */
export function axesOf(map: FeatureMap): CoordinateModel | undefined {
  const model = coordinatesOf(map);
  const { mu1, nuSquared } = model;
  return mu1 * mu1 > NO_LINEAR_PART * nuSquared ? model : undefined;
}

/**
 * What a solution says of its gradient, in the norm of training and in both.
 * @param alignment E f u/rho^2, u = <x, beta>
 * @throws UserError for a map of which an attack on single coordinates is not known
 */
export function bothNorms(
  map: FeatureMap,
  { norm, signal }: AttackKind,
  { gradientNorm, gradientNorms }: { readonly gradientNorm: number; readonly gradientNorms?: GradientNorms },
  alignment: number,
  rho: number,
): { gradientNorm: number; gradientNorms: GradientNorms } {
  coordinatesOf(map);
  const both = gradientNorms ?? rotationInvariantNorms(signal, alignment, rho, gradientNorm);
  return { gradientNorm: both[norm], gradientNorms: both };
}

const averages = newShrinkage();

/**
 * Both norms of a gradient that knows no axes but through the signal: its coordinates times sqrt(d) are alignment b + Gaussian,
 * b of the signal's law, as after any training without preferred axes.
 * @param signal the law of b/rho
 * @param alignment E f u/rho^2, u = <x, beta>
 * @param l2 the l2 norm of the gradient
 */
export function rotationInvariantNorms(
  signal: SignalLaw,
  alignment: number,
  rho: number,
  l2: number,
): GradientNorms {
  if (!(l2 > 0 && l2 < Infinity)) return { l2, linf: l2 };
  const slope = alignment * rho;
  const besides = Math.max(0, l2 * l2 - slope * slope);
  // Without a penalty the average is E |Y|; of an atom alone it is the atom itself.
  const spread = Math.max(besides, (1e-12 * l2) ** 2);
  return { l2, linf: shrinkage(signal, slope, spread, 0, 0, averages).norm };
}
