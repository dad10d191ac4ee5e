import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { certifyLinear } from '../certificates/linearRegression.ts';
import { checkSpectrum, type Spectrum } from '../spectrum.ts';
import type { FeatureMap } from './featureMap.ts';

/** The covariance of the inputs of {@link linear}. */
export interface LinearOptions {
  /** 'identity' (default) or a spectrum. */
  readonly covariance?: 'identity' | Spectrum;
}

const LINEAR_OPTIONS: OptionNames<LinearOptions> = { covariance: true };

/**
 * Linear regression on x ~ N(0, Sigma) itself, f(x) = theta' x: F = Sigma, J = I, C = Sigma (Javanmard, Soltanolkotabi
 * & Hassani 2020, arXiv 2002.10477). psi2 = n/d; with a spectrum the signal has variance rho^2 sum of weight times
 * eigenvalue.
 * @param options the covariance of the inputs; default 'identity'
 * @throws InvalidArgumentError when the spectrum is negative, empty, or its sizes disagree, or an option is unknown.
 */
export function linear(options: LinearOptions = {}): FeatureMap {
  checkOptions('linear', options, LINEAR_OPTIONS);
  const { covariance = 'identity' } = options;
  const { eigenvalues, shares, weights } = covariance === 'identity' ? IDENTITY : checkSpectrum(covariance);
  const count = eigenvalues.length;
  let signalVariance = 0;
  let rank = 0;
  for (let i = 0; i < count; i++) {
    signalVariance += weights[i]! * eigenvalues[i]!;
    if (eigenvalues[i]! > 0) rank += shares[i]!;
  }

  const map: FeatureMap = {
    name: covariance === 'identity' ? 'linear' : 'linear with covariance',
    signalVariance,
    rank,
    proportions: {},
    with: () => map,
    moments(eta, zeta, lambda) {
      let [traceF, traceFF, traceFI, signal, signalF, signalI, bias] = [0, 0, 0, 0, 0, 0, 0];
      for (let i = 0; i < count; i++) {
        const f = eigenvalues[i]!;
        if (f === 0) continue;
        const r = 1 / (eta * f + zeta + lambda);
        const of = shares[i]! * f;
        traceF += of * r;
        traceFF += of * r * f * r;
        traceFI += of * r * r;
        const w = weights[i]! * f;
        signal += w * f * r;
        signalF += w * (f * r) ** 2;
        signalI += w * f * r * r;
        bias += w * ((zeta + lambda) * r) ** 2;
      }
      // J = I
      return {
        traceF,
        traceFF,
        traceFJ: traceFI,
        traceFI,
        signal,
        signalF,
        signalJ: signalI,
        signalI,
        bias,
      };
    },
    // The axes of another covariance are not those of the attack.
    ...(covariance === 'identity' && {
      coordinates: PLAIN,
      certificate: (problem, solution) => certifyLinear(map, problem, solution),
    }),
  };
  return map;
}

const PLAIN = { psi1: Number.POSITIVE_INFINITY, mu1: 1, muStarSquared: 0, nuSquared: 0 };
const IDENTITY: Required<Spectrum> = { eigenvalues: [1], shares: [1], weights: [1] };
