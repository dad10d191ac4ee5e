import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkChoice, checkInteger, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import {
  type ActivationName,
  activation as activationNamed,
  activationNames,
} from '../theory/activations.ts';
import { layerSeed } from './deepRandomFeaturesSeed.ts';
import { RandomFeatures } from './RandomFeatures.ts';
import { Standardise } from './Standardise.ts';

/** Sizes, activation and seed of a {@link deepRandomFeaturesModel}. */
export interface DeepRandomFeaturesModelArgs {
  /** Input dimension d. */
  inputDim: number;
  /** Features of each frozen layer, from the first to the last. */
  units: readonly number[];
  /** Activation of every layer, centred. Default 'shifted-relu'. */
  activation?: ActivationName;
  /** Names the streams of the weights. Default 0; the first layer is then that of `randomFeaturesModel`. */
  seed?: number | string;
  /** Whether the read-out has a bias: an intercept to be trained. Default false, as in the paper. */
  useBias?: boolean;
}

const OPTIONS: OptionNames<DeepRandomFeaturesModelArgs> = {
  inputDim: true,
  units: true,
  activation: true,
  seed: true,
  useBias: true,
};

/**
 * f(x) = theta' phi_L(x) on L frozen layers phi_l = sigma(W_l phi_{l-1} / sqrt(m2)), phi_0 = x without its division; rows
 * of every W_l uniform on the unit sphere, m2 = E sigma(G)^2, so that pre-activations have unit variance in every layer.
 * Input [n, d], output [n, 1]; the only trainable weight is theta, with shape [N_L, 1], started at 0, beside the bias where one
 * is asked for.
 * @throws InvalidArgumentError for unknown options, no layers, a width < 1, or an unknown activation
 */
export function deepRandomFeaturesModel(args: DeepRandomFeaturesModelArgs): tf.Sequential {
  checkOptions('deepRandomFeaturesModel', args, OPTIONS);
  const { units, activation = 'shifted-relu', seed = 0, useBias = false } = args ?? {};
  checkBoolean('useBias', useBias);
  const inputDim = checkInteger('inputDim', args?.inputDim);
  checkUnits(units);
  checkChoice('activation', activation, activationNames);
  const { muStarSquared, mu1 } = activationNamed(activation).moments;
  const deviation = Math.sqrt(mu1 * mu1 + muStarSquared);
  const layers: tf.layers.Layer[] = [];
  units.forEach((width, l) => {
    const place = l === 0 ? { inputShape: [inputDim] } : {};
    if (l > 0) {
      const below = units[l - 1]!;
      layers.push(
        new Standardise({
          mean: new Array(below).fill(0),
          deviation: new Array(below).fill(deviation),
          name: `unit_variance_${l}`,
        }),
      );
    }
    layers.push(
      new RandomFeatures({
        units: width,
        activation,
        seed: layerSeed(seed, l),
        name: `features_${l + 1}`,
        ...place,
      }),
    );
  });
  layers.push(tf.layers.dense({ units: 1, useBias, kernelInitializer: 'zeros', name: 'readout' }));
  return tf.sequential({ layers });
}

/** @throws InvalidArgumentError for no layers or a width that is not a whole number >= 1 */
export function checkUnits(units: readonly number[]): readonly number[] {
  if (!Array.isArray(units) || units.length === 0)
    throw new InvalidArgumentError('units', units, 'the width of each layer');
  units.forEach((width, l) => {
    checkInteger(`units[${l}]`, width);
  });
  return units;
}
