import { type ActivationSpec, activationMoments } from '../activations.ts';
import type { FeatureMap } from './featureMap.ts';

/**
 * One random-features layer as psi1 -> infinity with lambda/psi1 fixed: the d directions of x have spectrum psi1, the
 * others act as an additional ridge. `lambda` stands for lambda/psi1 throughout, and |theta|^2 comes out as
 * psi1 |theta|^2. At lambda = 0 the trace is infinite: see `infiniteWidthRisk`.
 */
export function infiniteWidth(activation: ActivationSpec = 'shifted-relu'): FeatureMap {
  const moments = activationMoments(activation);
  const { muStarSquared: star } = moments;
  const linear = moments.mu1 * moments.mu1;
  const map: FeatureMap = {
    name: 'infinitely wide random features',
    signalVariance: 1,
    rank: star > 0 ? Number.POSITIVE_INFINITY : 1,
    proportions: {},
    activation: moments,
    coordinates: { psi1: Number.POSITIVE_INFINITY, ...moments },
    with: () => map,
    moments(eta, zeta, lambda) {
      const p = (eta + zeta) * linear + lambda;
      const r = linear / p;
      return {
        traceF: r + (star > 0 ? star / lambda : 0),
        traceFF: r * r,
        traceFJ: r * r,
        traceFI: r / p + (star > 0 ? star / (lambda * lambda) : 0),
        signal: r,
        signalF: r * r,
        signalJ: r * r,
        signalI: r / p,
        bias: ((zeta * linear + lambda) / p) ** 2,
      };
    },
  };
  return map;
}
