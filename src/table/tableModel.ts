import { mlpModel } from '../models/mlpModel.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import type { TableTrainingSettings } from './tableTrainingOptions.ts';

/** The untrained model, from standardised inputs [n, inputDim] to the standardised target [n, 1]; its last layer is 'readout'. */
export function tableModel(
  { model, width, depth, activation, seed, fitIntercept: useBias }: TableTrainingSettings,
  inputDim: number,
): tf.Sequential {
  if (model === 'random-features')
    return randomFeaturesModel({ inputDim, units: width, activation, seed, useBias });
  if (model === 'deep')
    return mlpModel({ inputDim, units: new Array(depth).fill(width), activation, seed, useBias });
  const readout = tf.layers.dense({
    units: 1,
    useBias,
    kernelInitializer: 'zeros',
    inputShape: [inputDim],
    name: 'readout',
  });
  return tf.sequential({ layers: [readout] });
}

/** The bias of the read-out of such a model; null where it has none. */
export async function readoutBias(model: tf.Sequential): Promise<number | null> {
  const [, bias] = model.getLayer('readout').getWeights();
  return bias ? (await bias.data())[0]! : null;
}
