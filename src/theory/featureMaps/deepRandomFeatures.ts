import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkPositive, InvalidArgumentError } from '../../errors.ts';
import { type ActivationSpec, activationMoments } from '../activations.ts';
import type { Spectrum } from '../spectrum.ts';
import type { FeatureMap } from './featureMap.ts';
import { inputsOf } from './inputs.ts';
import { LayerChain } from './layerChain.ts';
import { randomFeatures } from './randomFeatures.ts';
import { withSignal } from './signalMoments.ts';

/** Widths, activation and inputs of {@link deepRandomFeatures}. */
export interface DeepRandomFeaturesOptions {
  /** N_l/d for every frozen layer, from the first to the last; > 0. */
  readonly widths: readonly number[];
  /** Default 'shifted-relu'; centred, the same in every layer. */
  readonly activation?: ActivationSpec;
  /** Of the inputs: 'identity' (default) or a spectrum of mean eigenvalue 1, such as `powerLaw` and `spiked` make. */
  readonly covariance?: 'identity' | Spectrum;
}

const DEEP_OPTIONS: OptionNames<DeepRandomFeaturesOptions> = {
  widths: true,
  activation: true,
  covariance: true,
};

/**
 * Frozen layers phi_l = sigma(W_l phi_{l-1} / sqrt(m2)) - mu0, m2 = E (sigma - mu0)^2, rows of every W_l uniform on the
 * unit sphere, of which only the read-out of the last is trained. Gaussian equivalents layer by layer: with
 * M_l = eta F_l + zeta J_l and w = mu1^2/m2, M_l = w W_l M_{l-1} W_l' + h_l I. The covariance of
 * the inputs is seen by the first layer alone, as in {@link randomFeatures}: above it only tr F_1/N_1 and tr J_1/N_1 enter, which
 * depend on tr Sigma = d and not on the spectrum.
 *
 * A prediction of Gaussian equivalence, agreeing with simulation; no theorem covers it when eps > 0.
 * @throws InvalidArgumentError when a width is not > 0, there is none, the activation is linear, the covariance is no
 * spectrum of mean 1, or an option is unknown.
 */
export function deepRandomFeatures(options: DeepRandomFeaturesOptions): FeatureMap {
  checkOptions('deepRandomFeatures', options, DEEP_OPTIONS);
  const { widths, activation = 'shifted-relu', covariance = 'identity' } = options;
  if (!Array.isArray(widths) || widths.length === 0)
    throw new InvalidArgumentError('widths', widths, 'one number > 0 for each layer');
  for (const [l, width] of widths.entries()) checkPositive(`widths[${l}]`, width);
  const moments = activationMoments(activation);
  const { muStarSquared: star } = moments;
  const linear = moments.mu1 * moments.mu1;
  if (!(star > 0))
    throw new InvalidArgumentError('activation', activation, 'a nonlinear one; linear layers are one layer');

  const inputs = inputsOf(covariance);
  const chain = new LayerChain(widths, moments, inputs);
  const proportions = Object.fromEntries(widths.map((width, l) => [`width${l + 1}`, width]));
  const renamed = (changes: Readonly<Record<string, number>>): FeatureMap =>
    deepRandomFeatures({
      widths: widths.map((width, l) => changes[`width${l + 1}`] ?? width),
      activation: moments,
      covariance,
    });
  const last = widths.at(-1)!;
  const name = covariance === 'identity' ? 'deep random features' : 'deep random features with covariance';
  const common = { name, proportions, activation: moments, with: renamed };
  // Without a linear part nothing of x survives a layer: the last one alone is seen, as noise.
  if (linear === 0) {
    const top = { ...moments, nuSquared: chain.hZeta.at(-1)! };
    const { certificate: _, ...one } = randomFeatures({ psi1: last, activation: top, covariance });
    return { ...one, ...common };
  }

  return {
    ...common,
    signalVariance: inputs.signalVariance,
    rank: last,
    moments(eta, zeta, lambda) {
      const { x, T, byEta, byZeta, byLambda, shift } = chain.at(eta, zeta, lambda);
      // (1/d) tr F A^-1 = sum_l psi_l T_l dh_l/deta + psi_1 mu1^2 <x R>, and minus its derivatives.
      const scale = widths[0]! * linear;
      let traceF = scale * x.xr;
      let traceFF = scale * (x.xrr * shift.byEta + x.xxrr * linear);
      let traceFJ = scale * (x.xrr * shift.byZeta + x.xyrr * linear);
      let traceFI = scale * x.xrr * shift.byLambda;
      for (let l = 0; l < widths.length; l++) {
        const weight = widths[l]! * star;
        traceF += weight * T[l]!;
        traceFF -= weight * byEta[l]!;
        traceFJ -= weight * byZeta[l]!;
        traceFI -= weight * byLambda[l]!;
      }
      return withSignal(traceF, traceFF, traceFJ, traceFI, widths[0]!, linear, eta, x, shift);
    },
  };
}
