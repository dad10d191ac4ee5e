import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkPositive } from '../../errors.ts';
import { type ActivationMoments, type ActivationSpec, activationMoments } from '../activations.ts';
import { certifyRandomFeatures } from '../certificates/randomFeatures.ts';
import type { Spectrum } from '../spectrum.ts';
import type { FeatureMap } from './featureMap.ts';
import { type Inputs, inputsOf, newLayerAverages } from './inputs.ts';
import { type Shift, withSignal } from './signalMoments.ts';

/** Width, activation and inputs of {@link randomFeatures}. */
export interface RandomFeaturesOptions {
  /** N/d, features per input dimension; > 0. */
  readonly psi1: number;
  /** Acts on pre-activations that are N(0, 1); default 'shifted-relu'. Centred by its mu0. */
  readonly activation?: ActivationSpec;
  /** Of the inputs: 'identity' (default) or a spectrum of mean eigenvalue 1, such as `powerLaw` and `spiked` make. */
  readonly covariance?: 'identity' | Spectrum;
}

const RANDOM_FEATURES_OPTIONS: OptionNames<RandomFeaturesOptions> = {
  psi1: true,
  activation: true,
  covariance: true,
};

/**
 * One frozen layer phi(x) = sigma(W x) - mu0, rows of W uniform on the unit sphere, x ~ N(0, Sigma) with tr Sigma = d:
 * F = mu1^2 W Sigma W' + muStar^2 I, J = mu1^2 W W' + nu^2 I, C = mu1 W Sigma (Gaussian equivalents; Hassani & Javanmard,
 * arXiv 2201.05149; Mei & Montanari). The attack is in the plain l2 norm, whatever Sigma.
 *
 * Pre-activations w' x have variance w' Sigma w, which tends to 1 if tr Sigma^2 is small beside d^2: the moments of the
 * activation are then those at unit variance.
 * @param options width, activation and inputs
 * @throws InvalidArgumentError when psi1 is not a finite number > 0, the activation is unknown or constant, the covariance
 * is no spectrum of mean 1, or an option is unknown.
 */
export function randomFeatures(options: RandomFeaturesOptions): FeatureMap {
  checkOptions('randomFeatures', options, RANDOM_FEATURES_OPTIONS);
  const { psi1, activation = 'shifted-relu', covariance = 'identity' } = options;
  return layer(checkPositive('psi1', psi1), activationMoments(activation), inputsOf(covariance));
}

function layer(psi1: number, moments: ActivationMoments, inputs: Inputs): FeatureMap {
  const { muStarSquared: star, nuSquared: nu } = moments;
  const { covariance, signalVariance } = inputs;
  const linear = moments.mu1 * moments.mu1;
  const x = newLayerAverages();
  const shift: Shift = { value: 0, byEta: star, byZeta: nu, byLambda: 1 };

  const map: FeatureMap = {
    name: covariance === 'identity' ? 'random features' : 'random features with covariance',
    signalVariance,
    rank: star > 0 ? psi1 : linear > 0 ? Math.min(psi1, inputs.rank) : 0,
    proportions: { psi1 },
    activation: moments,
    ...(covariance === 'identity' && { coordinates: { psi1, ...moments } }),
    with: (changes) => layer(checkPositive('psi1', changes.psi1 ?? psi1), moments, inputs),
    moments(eta, zeta, lambda) {
      shift.value = eta * star + zeta * nu + lambda;
      inputs.average(psi1, eta * linear, zeta * linear, shift.value, x);
      const traceF = psi1 * (linear * x.xr + star * x.r);
      const traceFF = psi1 * (linear * (linear * x.xxrr + 2 * star * x.xrr) + star * star * x.rr);
      const traceFJ = psi1 * (linear * (linear * x.xyrr + nu * x.xrr + star * x.yrr) + star * nu * x.rr);
      const traceFI = psi1 * (linear * x.xrr + star * x.rr);
      const found = withSignal(traceF, traceFF, traceFJ, traceFI, psi1, linear, eta, x, shift);
      // A square W has singular values down to 0: without any shift |theta|^2 is infinite, and it alone.
      return psi1 === inputs.rank && shift.value === 0
        ? { ...found, traceFI: Infinity, signalI: Infinity }
        : found;
    },
    ...(covariance === 'identity' && {
      certificate: (problem, solution) => certifyRandomFeatures(map, psi1, moments, problem, solution),
    }),
  };
  return map;
}
