import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkInteger, checkSeed, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { activation as activationNamed } from '../theory/activations.ts';
import { checkActivation, type RegisteredName } from './activations.ts';
import { onHost } from './hostSteps.ts';
import type { LayeredFeatures } from './layeredFeatures.ts';
import { RandomFeatures } from './RandomFeatures.ts';
import { Standardise } from './Standardise.ts';

/** Sizes, activation and seed of a {@link deepRandomFeaturesModel}. */
export interface DeepRandomFeaturesModelArgs {
  /** Input dimension d. */
  inputDim: number;
  /** Features of each frozen layer, from the first to the last. */
  units: readonly number[];
  /** Activation of every layer, centred. Default 'shifted-relu'. */
  activation?: RegisteredName;
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
  const { useBias = false, ...sizes } = args ?? {};
  checkBoolean('useBias', useBias);
  const readout = tf.layers.dense({ units: 1, useBias, kernelInitializer: 'zeros', name: 'readout' });
  return tf.sequential({ layers: [...frozenLayers(sizes), readout] });
}

/** What a {@link randomFeaturesMap} is made of. */
export type RandomFeaturesMapArgs = Omit<DeepRandomFeaturesModelArgs, 'useBias'>;

/**
 * The frozen layers of `deepRandomFeaturesModel` without a model or an engine: one or more, in float64 on the host, with the
 * same weights.
 * @throws InvalidArgumentError as `deepRandomFeaturesModel` does
 */
export async function randomFeaturesMap(args: RandomFeaturesMapArgs): Promise<LayeredFeatures> {
  const { useBias: _, ...options } = OPTIONS;
  checkOptions('randomFeaturesMap', args, options);
  return (await onHost(frozenLayers(args), args.inputDim))!;
}

/** From the input to phi_L. */
function frozenLayers(args: RandomFeaturesMapArgs): tf.layers.Layer[] {
  const { units, activation = 'shifted-relu', seed = 0 } = args ?? {};
  const inputDim = checkInteger('inputDim', args?.inputDim);
  checkUnits(units);
  checkActivation(activation);
  const { muStarSquared, mu1 } = activationNamed(activation).moments;
  const deviation = Math.sqrt(mu1 * mu1 + muStarSquared);
  return units.flatMap((width, l) => {
    const below = units[l - 1] ?? 0;
    const unitVariance = {
      mean: new Array<number>(below).fill(0),
      deviation: new Array<number>(below).fill(deviation),
      name: `unit_variance_${l}`,
    };
    const features = { units: width, activation, seed: layerSeed(seed, l), name: `features_${l + 1}` };
    return l === 0
      ? [new RandomFeatures({ ...features, inputShape: [inputDim] })]
      : [new Standardise(unitVariance), new RandomFeatures(features)];
  });
}

/** The seed of the l-th frozen layer, l from 0: the first is that of a model of one layer, the others have their own. */
const layerSeed = (seed: number | string, l: number): number | string =>
  l === 0 ? seed : `${checkSeed(seed)}, layer ${l + 1}`;

/** @throws InvalidArgumentError for no layers or a width that is not a whole number >= 1 */
export function checkUnits(units: readonly number[]): readonly number[] {
  if (!Array.isArray(units) || units.length === 0)
    throw new InvalidArgumentError('units', units, 'the width of each layer');
  units.forEach((width, l) => {
    checkInteger(`units[${l}]`, width);
  });
  return units;
}
