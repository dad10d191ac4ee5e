import { InvalidArgumentError } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';

/** Which weights to train: every trainable one, those of the last layer that has any, or those of layers by name. */
export type TrainedLayers = 'all' | 'readout' | readonly string[];

/** @throws InvalidArgumentError for a layer that the model does not have, or when there is nothing to train */
export function trainedWeights(model: tf.LayersModel, layers: TrainedLayers): tf.Variable[] {
  const variables = layersOf(model, layers)
    .flatMap((layer) => layer.trainableWeights)
    .map((weight) => weight.read() as tf.Variable);
  if (variables.length === 0)
    throw new InvalidArgumentError(
      'layers',
      layers,
      'at least one trainable weight in them; frozen layers have none',
    );
  return variables;
}

/**
 * The bias of the last layer that has weights to train, where it has one: the intercept of the model, which no penalty draws
 * to 0.
 */
export function readoutBias(model: tf.LayersModel): tf.Variable | null {
  const last = model.layers.findLast((layer) => layer.trainableWeights.length > 0);
  if (last?.getClassName() !== 'Dense' || last.getConfig().useBias !== true) return null;
  return last.trainableWeights[1]!.read() as tf.Variable;
}

function layersOf(model: tf.LayersModel, layers: TrainedLayers): { trainableWeights: tf.LayerVariable[] }[] {
  if (layers === 'all') return [model];
  if (layers === 'readout')
    return model.layers.filter((layer) => layer.trainableWeights.length > 0).slice(-1);
  if (!Array.isArray(layers))
    throw new InvalidArgumentError('layers', layers, "'all', 'readout' or a list of layers' names");
  const names = model.layers.map((layer) => layer.name);
  return layers.map((name: string) => {
    const layer = model.layers[names.indexOf(name)];
    if (!layer) throw new InvalidArgumentError('layers', name, `layers of the model: ${names.join(', ')}`);
    return layer;
  });
}
