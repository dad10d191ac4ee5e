import { mlpModel } from '../models/mlpModel.ts';
import { RandomFeatures } from '../models/RandomFeatures.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import type { TableTrainingSettings } from './tableTrainingOptions.ts';

/**
 * The untrained model, from standardised inputs [n, inputDim] to the standardised target [n, 1]; its last layer is 'readout'.
 * @param outputs of the read-out, which share the features
 */
export function tableModel(
  { model, width, depth, activation, seed, fitIntercept: useBias }: TableTrainingSettings,
  inputDim: number,
  outputs = 1,
): tf.Sequential {
  const last = { units: outputs, useBias, kernelInitializer: 'zeros', name: 'readout' } as const;
  if (model === 'random-features') {
    if (outputs === 1) return randomFeaturesModel({ inputDim, units: width, activation, seed, useBias });
    const features = { units: width, activation, seed, inputShape: [inputDim], name: 'features' };
    return tf.sequential({ layers: [new RandomFeatures(features), tf.layers.dense(last)] });
  }
  if (model === 'deep')
    return mlpModel({ inputDim, units: new Array(depth).fill(width), outputs, activation, seed, useBias });
  return tf.sequential({ layers: [tf.layers.dense({ ...last, inputShape: [inputDim] })] });
}

/** The bias of the read-out of such a model; null where it has none. */
export async function readoutBias(model: tf.Sequential): Promise<number | null> {
  const [, bias] = model.getLayer('readout').getWeights();
  return bias ? (await bias.data())[0]! : null;
}
