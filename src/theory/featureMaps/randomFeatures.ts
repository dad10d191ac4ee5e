import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkPositive } from '../../errors.ts';
import { type ActivationMoments, type ActivationSpec, activationMoments } from '../activations.ts';
import { certifyRandomFeatures } from '../certificates/randomFeatures.ts';
import { marchenkoPastur, newSpectralAverages } from '../marchenkoPastur.ts';
import type { FeatureMap } from './featureMap.ts';
import { type Shift, withSignal } from './signalMoments.ts';

/** Width and activation of {@link randomFeatures}. */
export interface RandomFeaturesOptions {
  /** N/d, features per input dimension; > 0. */
  readonly psi1: number;
  /** Acts on pre-activations that are N(0, 1); default 'shifted-relu'. Centred by its mu0. */
  readonly activation?: ActivationSpec;
}

const RANDOM_FEATURES_OPTIONS: OptionNames<RandomFeaturesOptions> = { psi1: true, activation: true };

/**
 * One frozen layer phi(x) = sigma(W x) - mu0, rows of W uniform on the unit sphere, x ~ N(0, I_d):
 * F = mu1^2 W W' + muStar^2 I, J = mu1^2 W W' + nu^2 I, C = mu1 W (Gaussian equivalents; Hassani & Javanmard,
 * arXiv 2201.05149; Mei & Montanari).
 * @param options width and activation
 * @throws InvalidArgumentError when psi1 is not a finite number > 0, the activation is unknown or constant, or an option
 * is unknown.
 */
export function randomFeatures(options: RandomFeaturesOptions): FeatureMap {
  checkOptions('randomFeatures', options, RANDOM_FEATURES_OPTIONS);
  const { psi1, activation = 'shifted-relu' } = options;
  return layer(checkPositive('psi1', psi1), activationMoments(activation));
}

function layer(psi1: number, moments: ActivationMoments): FeatureMap {
  const { muStarSquared: star, nuSquared: nu } = moments;
  const linear = moments.mu1 * moments.mu1;
  const x = newSpectralAverages();
  const shift: Shift = { value: 0, byEta: star, byZeta: nu, byLambda: 1 };

  const map: FeatureMap = {
    name: 'random features',
    signalVariance: 1,
    rank: star > 0 ? psi1 : linear > 0 ? Math.min(psi1, 1) : 0,
    proportions: { psi1 },
    activation: moments,
    coordinates: { psi1, ...moments },
    with: (changes) => layer(checkPositive('psi1', changes.psi1 ?? psi1), moments),
    moments(eta, zeta, lambda) {
      shift.value = eta * star + zeta * nu + lambda;
      marchenkoPastur(psi1, (eta + zeta) * linear, shift.value, x);
      const traceF = psi1 * (linear * x.xr + star * x.r);
      const traceFF = psi1 * (linear * (linear * x.xxrr + 2 * star * x.xrr) + star * star * x.rr);
      const traceFJ = psi1 * (linear * (linear * x.xxrr + (star + nu) * x.xrr) + star * nu * x.rr);
      const traceFI = psi1 * (linear * x.xrr + star * x.rr);
      const found = withSignal(traceF, traceFF, traceFJ, traceFI, psi1, linear, eta, zeta, x, shift);
      // A square W has singular values down to 0: without any shift |theta|^2 is infinite, and it alone.
      return psi1 === 1 && shift.value === 0 ? { ...found, traceFI: Infinity, signalI: Infinity } : found;
    },
    certificate: (problem, solution) => certifyRandomFeatures(map, psi1, moments, problem, solution),
  };
  return map;
}
