import { checkInteger, checkOptions, type OptionNames } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { RandomFeatures, type RandomFeaturesArgs } from './RandomFeatures.ts';

/** Sizes and seed of a {@link randomFeaturesModel}. */
export interface RandomFeaturesModelArgs extends Pick<RandomFeaturesArgs, 'units' | 'activation' | 'seed'> {
  /** Input dimension d. */
  inputDim: number;
}

const OPTIONS: OptionNames<RandomFeaturesModelArgs> = {
  inputDim: true,
  units: true,
  activation: true,
  seed: true,
};

/**
 * f(x) = theta' sigma(W x): a frozen RandomFeatures layer and a linear read-out without bias, started at theta = 0.
 * Input [n, d], output [n, 1]. The only trainable weight is theta, with shape [N, 1].
 * @param options sizes, activation and seed
 * @throws InvalidArgumentError for unknown options, inputDim or units < 1, or an unknown activation
 */
export function randomFeaturesModel(options: RandomFeaturesModelArgs): tf.Sequential {
  checkOptions('randomFeaturesModel', options, OPTIONS);
  const { inputDim, ...args } = options ?? {};
  checkInteger('inputDim', inputDim);
  return tf.sequential({
    layers: [
      new RandomFeatures({ ...args, inputShape: [inputDim], name: 'features' }),
      tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'readout' }),
    ],
  });
}
