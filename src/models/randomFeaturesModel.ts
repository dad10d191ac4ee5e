import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkInteger } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { RandomFeatures, type RandomFeaturesArgs } from './RandomFeatures.ts';

/** Sizes and seed of a {@link randomFeaturesModel}. */
export interface RandomFeaturesModelArgs extends Pick<RandomFeaturesArgs, 'units' | 'activation' | 'seed'> {
  /** Input dimension d. */
  inputDim: number;
  /** Whether the read-out has a bias: an intercept to be trained. Default false, as in the paper. */
  useBias?: boolean;
}

const OPTIONS: OptionNames<RandomFeaturesModelArgs> = {
  inputDim: true,
  units: true,
  activation: true,
  seed: true,
  useBias: true,
};

/**
 * f(x) = theta' sigma(W x): a frozen RandomFeatures layer and a linear read-out, started at theta = 0.
 * Input [n, d], output [n, 1]. The only trainable weight is theta, with shape [N, 1], beside the bias where one is asked for.
 * @param options sizes, activation and seed
 * @throws InvalidArgumentError for unknown options, inputDim or units < 1, or an unknown activation
 */
export function randomFeaturesModel(options: RandomFeaturesModelArgs): tf.Sequential {
  checkOptions('randomFeaturesModel', options, OPTIONS);
  const { inputDim, useBias = false, ...args } = options ?? {};
  checkInteger('inputDim', inputDim);
  checkBoolean('useBias', useBias);
  return tf.sequential({
    layers: [
      new RandomFeatures({ ...args, inputShape: [inputDim], name: 'features' }),
      tf.layers.dense({ units: 1, useBias, kernelInitializer: 'zeros', name: 'readout' }),
    ],
  });
}
