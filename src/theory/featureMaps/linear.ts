import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { certifyLinear } from '../certificates/linearRegression.ts';
import type { FeatureMap } from './featureMap.ts';

/** A covariance by its spectrum: equally likely eigenvalues, and the shares of |beta|^2 along their directions. */
export interface Spectrum {
  /** >= 0, at least one of them > 0 */
  readonly eigenvalues: readonly number[];
  /** >= 0, normalised to sum 1; default: equal shares */
  readonly weights?: readonly number[];
}

/** The covariance of the inputs of {@link linear}. */
export interface LinearOptions {
  /** 'identity' (default) or a spectrum. */
  readonly covariance?: 'identity' | Spectrum;
}

const LINEAR_OPTIONS: OptionNames<LinearOptions> = { covariance: true };
const SPECTRUM: OptionNames<Spectrum> = { eigenvalues: true, weights: true };

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
  const { eigenvalues, weights } = covariance === 'identity' ? IDENTITY : checkSpectrum(covariance);
  const count = eigenvalues.length;
  let signalVariance = 0;
  let rank = 0;
  for (let i = 0; i < count; i++) {
    signalVariance += weights[i]! * eigenvalues[i]!;
    if (eigenvalues[i]! > 0) rank += 1 / count;
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
        traceF += f * r;
        traceFF += f * r * f * r;
        traceFI += f * r * r;
        const w = weights[i]! * f;
        signal += w * f * r;
        signalF += w * (f * r) ** 2;
        signalI += w * f * r * r;
        bias += w * ((zeta + lambda) * r) ** 2;
      }
      traceFI /= count;
      // J = I
      return {
        traceF: traceF / count,
        traceFF: traceFF / count,
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
const IDENTITY = { eigenvalues: [1], weights: [1] };

function checkSpectrum(spectrum: Spectrum): Required<Spectrum> {
  if (spectrum === null || typeof spectrum !== 'object' || !Array.isArray(spectrum.eigenvalues))
    throw new InvalidArgumentError(
      'covariance',
      spectrum,
      "'identity' or a spectrum { eigenvalues, weights }",
    );
  checkOptions('a spectrum', spectrum, SPECTRUM);
  const { eigenvalues, weights = eigenvalues.map(() => 1) } = spectrum;
  const sound = (values: readonly number[]): boolean =>
    values.every((value) => Number.isFinite(value) && value >= 0) && values.some((value) => value > 0);
  if (!sound(eigenvalues))
    throw new InvalidArgumentError('eigenvalues', eigenvalues, 'finite numbers >= 0, not all 0');
  if (!sound(weights)) throw new InvalidArgumentError('weights', weights, 'finite numbers >= 0, not all 0');
  if (weights.length !== eigenvalues.length)
    throw new InvalidArgumentError(
      'weights',
      weights.length,
      `${eigenvalues.length} weights, as many as eigenvalues`,
    );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  if (!shares.some((share, i) => share * eigenvalues[i]! > 0))
    throw new InvalidArgumentError('weights', weights, 'some signal where the eigenvalues are > 0');
  return { eigenvalues: [...eigenvalues], weights: shares };
}
