import { InvalidArgumentError } from '../../errors.ts';
import type { ActivationMoments } from '../activations.ts';
import type { Certificate } from '../certificates/certificate.ts';
import type { Problem } from '../saddleEquations.ts';
import type { SaddlePoint } from '../saddlePoint.ts';

/**
 * Limits of the resolvent A = eta F + zeta J + lambda I of a feature map, where F = E phi phi',
 * J = E grad phi grad phi' and C = E phi x'. Traces are divided by d, the signal terms taken at |beta| = 1.
 */
export interface ResolventMoments {
  /** (1/d) tr F A^-1 */
  readonly traceF: number;
  /** (1/d) tr F A^-1 F A^-1 */
  readonly traceFF: number;
  /** (1/d) tr F A^-1 J A^-1 */
  readonly traceFJ: number;
  /** (1/d) tr F A^-2 */
  readonly traceFI: number;
  /** beta' C' A^-1 C beta */
  readonly signal: number;
  /** beta' C' A^-1 F A^-1 C beta, which bias and signal give only with cancellation where eta is small */
  readonly signalF: number;
  /** beta' C' A^-1 J A^-1 C beta */
  readonly signalJ: number;
  /** beta' C' A^-2 C beta */
  readonly signalI: number;
  /**
   * What the shrunken fit eta A^-1 C beta leaves of the signal: signalVariance - 2 eta signal + eta^2 signalF.
   * Given by the map, which knows how to write it without cancellation.
   */
  readonly bias: number;
}

/** A frozen feature map as the theory sees it. A new map is a new file beside this one that returns such an object. */
export interface FeatureMap {
  /** For messages, such as 'random features'. */
  readonly name: string;
  /** E <x, beta>^2 at |beta| = 1. */
  readonly signalVariance: number;
  /** rank F / d: with n beyond it the features cannot interpolate. */
  readonly rank: number;
  /** The proportions the map was made of (such as psi1), by name: what curves and sensitivities may vary. */
  readonly proportions: Readonly<Record<string, number>>;
  /** The moments of its activation, where it has one. */
  readonly activation?: ActivationMoments;
  /** The features on which the attack has no hold; absent where there are none. */
  readonly unattacked?: UnattackedFeatures;
  /** What an attack on single coordinates of the inputs meets; absent where no theory of it is known. */
  readonly coordinates?: CoordinateModel;
  /** The same map with some of its proportions changed. */
  with(changes: Readonly<Record<string, number>>): FeatureMap;
  /** The moments at eta, zeta, lambda >= 0, not all zero. All are homogeneous in (eta, zeta, lambda). */
  moments(eta: number, zeta: number, lambda: number): ResolventMoments;
  /** Evidence for a solution by another route, undefined where none leads to it; absent where there is no other route. */
  certificate?(problem: Problem, solution: SaddlePoint): Certificate | undefined;
}

/**
 * A map of independent input coordinates whose gradient has a linear part W' theta mu1, W of psi1 unit rows, and from the
 * nonlinear part independent Gaussians of variance nu^2 |theta|^2 in every coordinate. psi1 = Infinity: any linear part, whose
 * penalty is lambda/mu1^2, while |theta|^2 comes with the penalty in units of psi1.
 */
export interface CoordinateModel {
  /** N/d */
  readonly psi1: number;
  /** slope of the linear part */
  readonly mu1: number;
  /** energy of the nonlinear part */
  readonly muStarSquared: number;
  /** what the nonlinear part adds to gradients */
  readonly nuSquared: number;
}

/** The directions in which J vanishes and F does not, and what is left of the others beside them. */
export interface UnattackedFeatures {
  /** They alone; J = 0 */
  readonly map: FeatureMap;
  /**
   * `signal` and `traceF` of the attacked features, less what the unattacked ones explain of them at (eta, lambda), with
   * zeta J as the whole resolvent and zeta = 1.
   */
  attacked(eta: number, lambda: number): Pick<ResolventMoments, 'signal' | 'traceF'>;
}

/** The map itself. @throws InvalidArgumentError for anything that is no feature map */
export function checkMap(map: FeatureMap): FeatureMap {
  if (typeof map?.moments === 'function') return map;
  throw new InvalidArgumentError('map', map, 'a feature map, such as randomFeatures({ psi1: 2 })');
}
