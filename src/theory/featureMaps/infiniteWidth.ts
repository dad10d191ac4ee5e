import { type ActivationSpec, activationMoments } from '../activations.ts';
import type { Spectrum } from '../spectrum.ts';
import type { FeatureMap } from './featureMap.ts';
import { inputsOf } from './inputs.ts';

const ISOTROPIC: Required<Spectrum> = { eigenvalues: [1], shares: [1], weights: [1] };

/**
 * One random-features layer as psi1 -> infinity with lambda/psi1 fixed: the d directions of x have spectrum psi1 Sigma, the
 * others act as an additional ridge. `lambda` stands for lambda/psi1 throughout, and |theta|^2 comes out as
 * psi1 |theta|^2. At lambda = 0 the trace is infinite: see `infiniteWidthRisk`.
 */
export function infiniteWidth(
  activation: ActivationSpec = 'shifted-relu',
  covariance: 'identity' | Spectrum = 'identity',
): FeatureMap {
  const moments = activationMoments(activation);
  const inputs = inputsOf(covariance);
  const { eigenvalues, shares, weights } = inputs.covariance === 'identity' ? ISOTROPIC : inputs.covariance;
  const { muStarSquared: star } = moments;
  const linear = moments.mu1 * moments.mu1;
  const map: FeatureMap = {
    name: 'infinitely wide random features',
    signalVariance: inputs.signalVariance,
    rank: star > 0 ? Number.POSITIVE_INFINITY : inputs.rank,
    proportions: {},
    activation: moments,
    ...(covariance === 'identity' && { coordinates: { psi1: Number.POSITIVE_INFINITY, ...moments } }),
    with: () => map,
    moments(eta, zeta, lambda) {
      const found = {
        ...{ traceF: star > 0 ? star / lambda : 0, traceFI: star > 0 ? star / (lambda * lambda) : 0 },
        ...{ traceFF: 0, traceFJ: 0, signal: 0, signalF: 0, signalJ: 0, signalI: 0, bias: 0 },
      };
      for (let k = 0; k < eigenvalues.length; k++) {
        const sigma = eigenvalues[k]!;
        if (sigma === 0) continue;
        const p = (eta * sigma + zeta) * linear + lambda;
        const r = linear / p;
        const x = sigma * r;
        const of = shares[k]!;
        found.traceF += of * x;
        found.traceFF += of * x * x;
        found.traceFJ += of * x * r;
        found.traceFI += (of * x) / p;
        const w = weights[k]! * sigma;
        found.signal += w * x;
        found.signalF += w * x * x;
        found.signalJ += w * x * r;
        found.signalI += (w * x) / p;
        found.bias += w * ((zeta * linear + lambda) / p) ** 2;
      }
      return found;
    },
  };
  return map;
}
