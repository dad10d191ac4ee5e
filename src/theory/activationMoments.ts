import { InvalidArgumentError } from '../errors.ts';
import { gaussianMean } from '../numerics/quadrature.ts';

/**
 * All that the asymptotics see of an activation sigma at a Gaussian pre-activation G ~ N(0, 1):
 * mu0 = E sigma(G), mu1 = E sigma'(G), muStarSquared = Var sigma(G) - mu1^2, nuSquared = Var sigma'(G).
 * The theory is that of the centred activation sigma - mu0; models centre by this same mu0.
 */
export interface ActivationMoments {
  /** E sigma(G), by which features are centred */
  readonly mu0: number;
  /** E sigma'(G), the slope of the linear part */
  readonly mu1: number;
  /** Var sigma(G) - mu1^2 >= 0, the energy of the nonlinear part */
  readonly muStarSquared: number;
  /** Var sigma'(G) >= 2 muStarSquared, what the nonlinear part adds to input gradients */
  readonly nuSquared: number;
}

/** An activation before its moments are known. */
export interface ActivationDefinition {
  value: (u: number) => number;
  derivative: (u: number) => number;
  kinks?: readonly number[];
  /** In closed form, where one exists. */
  moments?: () => ActivationMoments;
}

/** Moments from E sigma, E sigma', E sigma^2 and E sigma'^2. */
export const centralMoments = (
  mean: number,
  mu1: number,
  square: number,
  slopeSquare: number,
): ActivationMoments => ({
  mu0: mean,
  mu1,
  muStarSquared: square - mean ** 2 - mu1 ** 2,
  nuSquared: slopeSquare - mu1 ** 2,
});

/**
 * The moments by quadrature split at the kinks, to 1e-12.
 * @throws UserError when the integrals do not settle; InvalidArgumentError when `derivative` is not that of `value`.
 */
export function momentsByQuadrature({
  value,
  derivative,
  kinks = [],
}: ActivationDefinition): ActivationMoments {
  const mu0 = gaussianMean(value, kinks);
  const mu1 = gaussianMean(derivative, kinks);
  const energy = gaussianMean((u) => value(u) ** 2, kinks);
  const slopeEnergy = gaussianMean((u) => derivative(u) ** 2, kinks);
  const byParts = gaussianMean((u) => u * value(u), kinks, energy);
  if (Math.abs(byParts - mu1) > 1e-8 * Math.sqrt(energy + slopeEnergy))
    throw new InvalidArgumentError(
      'derivative',
      mu1,
      `the derivative of a continuous f: E G f(G) = ${byParts}`,
    );
  // Centred before squaring: the variances of a nearly linear function would otherwise cancel.
  const variance = (f: (u: number) => number, scale: number): number => {
    const found = gaussianMean((u) => f(u) ** 2, kinks, scale);
    return found > 1e-24 * scale ? found : 0;
  };
  return {
    mu0,
    mu1,
    muStarSquared: variance((u) => value(u) - mu0 - mu1 * u, energy),
    nuSquared: variance((u) => derivative(u) - mu1, slopeEnergy),
  };
}
