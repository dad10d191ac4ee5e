import { type ActivationSpec, activationMoments } from '../activations.ts';
import type { Spectrum } from '../spectrum.ts';
import type { FeatureMap } from './featureMap.ts';
import { inputsOf } from './inputs.ts';

const ISOTROPIC: Required<Spectrum> = { eigenvalues: [1], shares: [1], weights: [1] };

/**
 * One random-features layer as psi1 -> infinity with lambda/psi1 fixed: the d directions of x have spectrum psi1 Sigma, the
 * others act as an additional ridge. `lambda` stands for lambda/psi1 throughout, and |theta|^2 comes out as
 * psi1 |theta|^2. At lambda = 0 the trace is infinite: see `infiniteWidthRisk`. An attack reaches the linear part alone, since the
 * gradient of the nonlinear part falls as 1/sqrt(psi1): from a critical radius on only the latter is used (phase 'immune').
 */
export function infiniteWidth(
  activation: ActivationSpec = 'shifted-relu',
  covariance: 'identity' | Spectrum = 'identity',
): FeatureMap {
  const moments = activationMoments(activation);
  const inputs = inputsOf(covariance);
  const { eigenvalues, shares, weights } = inputs.covariance === 'identity' ? ISOTROPIC : inputs.covariance;
  const { muStarSquared: star } = moments;
  const of = (linear: number): FeatureMap => {
    const map: FeatureMap = {
      name: 'infinitely wide random features',
      signalVariance: inputs.signalVariance,
      rank: star > 0 ? Number.POSITIVE_INFINITY : inputs.rank,
      proportions: {},
      activation: moments,
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
          const share = shares[k]!;
          found.traceF += share * x;
          found.traceFF += share * x * x;
          found.traceFJ += share * x * r;
          found.traceFI += (share * x) / p;
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
  };
  const linear = moments.mu1 * moments.mu1;
  const whole = of(linear);
  /** Over the directions of x, of what stands beside an eigenvalue. */
  const sum = (values: readonly number[]): number =>
    eigenvalues.reduce((total, sigma, k) => total + sigma * values[k]!, 0);
  const attacked =
    linear > 0
      ? { signal: sum(eigenvalues.map((sigma, k) => sigma * weights[k]!)), traceF: sum(shares) }
      : { signal: 0, traceF: 0 };
  return {
    ...whole,
    ...(covariance === 'identity' && { coordinates: { psi1: Number.POSITIVE_INFINITY, ...moments } }),
    ...(star > 0 && { unattacked: { map: of(0), attacked: () => attacked } }),
  };
}
