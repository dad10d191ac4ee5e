import { type ActivationSpec, activationMoments } from '../activations.ts';
import { checkPositive } from '../errors.ts';
import { marchenkoPastur, newSpectralAverages } from '../marchenkoPastur.ts';
import type { FeatureMap } from './featureMap.ts';

export interface RandomFeaturesOptions {
  /** N/d, features per input dimension; > 0. */
  readonly psi1: number;
  /** Acts on pre-activations that are N(0, 1); default 'shifted-relu'. Centred by its mu0. */
  readonly activation?: ActivationSpec;
}

/**
 * One frozen layer phi(x) = sigma(W x) - mu0, rows of W uniform on the unit sphere, x ~ N(0, I_d):
 * F = mu1^2 W W' + muStar^2 I, J = mu1^2 W W' + nu^2 I, C = mu1 W (Gaussian equivalents; Hassani & Javanmard,
 * arXiv 2201.05149; Mei & Montanari).
 * @throws InvalidArgumentError when psi1 is not a finite number > 0 or the activation is unknown.
 */
export function randomFeatures({ psi1, activation = 'shifted-relu' }: RandomFeaturesOptions): FeatureMap {
  checkPositive('psi1', psi1);
  const { mu1, muStarSquared, nuSquared } = activationMoments(activation);
  const linear = mu1 * mu1;
  const x = newSpectralAverages();

  return {
    name: 'random features',
    signalVariance: 1,
    rank: muStarSquared > 0 ? psi1 : linear > 0 ? Math.min(psi1, 1) : 0,
    proportions: { psi1 },
    with: (changes) => randomFeatures({ psi1, activation, ...changes }),
    moments(eta, zeta, lambda, out) {
      const slope = (eta + zeta) * linear;
      marchenkoPastur(psi1, slope, eta * muStarSquared + zeta * nuSquared + lambda, x);
      out.traceF = psi1 * (linear * x.xr + muStarSquared * x.r);
      out.traceFI = psi1 * (linear * x.xrr + muStarSquared * x.rr);
      out.traceFF =
        psi1 * (linear * (linear * x.xxrr + 2 * muStarSquared * x.xrr) + muStarSquared ** 2 * x.rr);
      out.traceFJ =
        psi1 *
        (linear * (linear * x.xxrr + (muStarSquared + nuSquared) * x.xrr) + muStarSquared * nuSquared * x.rr);
      const signal = psi1 * linear;
      out.signal = signal * x.xr;
      out.signalI = signal * x.xrr;
      out.signalJ = signal * (linear * x.xxrr + nuSquared * x.xrr);
      // |(zeta linear x + shift) R|^2 over the directions of x, and the noise that the nonlinear part makes.
      const left = zeta * linear;
      const shift = eta * muStarSquared + zeta * nuSquared + lambda;
      out.bias =
        psi1 * (left * (left * x.xxrr + 2 * shift * x.xrr) + eta * eta * linear * muStarSquared * x.xrr) +
        x.kernel;
    },
  };
}
