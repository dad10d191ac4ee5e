import { InvalidArgumentError, UserError } from '../errors.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { hostFeatures } from '../models/hostSteps.ts';
import { tf } from '../runtime/tf.ts';
import { differencedFeatures } from './differencedFeatures.ts';

/**
 * What a model computes up to the output of a layer, as a frozen feature map: models of this package, models saved by
 * TensorFlow.js and opened by `loadModel`, or any other layers model of one input.
 *
 * A chain of dense layers, activations of the theory and this package's layers is taken over to the host in float64, with
 * exact derivatives; anything else runs on TensorFlow.js, with derivatives by central differences.
 * @param layer name of the last layer to keep; by default the one that the model's last layer reads
 * @throws InvalidArgumentError naming the layers there are, when the model has none of that name
 */
export async function cutModel(model: tf.LayersModel, layer?: string): Promise<FrozenFeatures> {
  if (!Array.isArray(model?.inputs) || !Array.isArray(model.layers))
    throw new InvalidArgumentError('model', model, 'a tf.LayersModel or a feature map');
  if (model.inputs.length !== 1)
    throw new UserError(`a feature map has one input; this model has ${model.inputs.length}`);
  const names = model.layers.map((one) => one.name);
  const index = layer === undefined ? model.layers.length - 2 : names.indexOf(layer);
  if (index < 0)
    throw new InvalidArgumentError(
      'layer',
      layer ?? names.at(-1),
      `a layer before a read-out; there are ${names.join(', ')}`,
    );
  const kept = model.layers[index]!;
  const shape = model.inputs[0]!.shape.slice(1);
  if (!shape.every((axis): axis is number => typeof axis === 'number'))
    throw new InvalidArgumentError('model', shape, 'a model whose input has known axes');

  const onHost = await hostFeatures(model, index + 1);
  if (onHost) return onHost;
  const output = kept.output;
  if (Array.isArray(output)) throw new InvalidArgumentError('layer', kept.name, 'a layer of one output');
  const units = output.shape.slice(1).reduce<number>((product, axis) => product * (axis ?? Number.NaN), 1);
  if (!Number.isInteger(units))
    throw new InvalidArgumentError('layer', kept.name, 'a layer whose output has known axes');
  const cut = tf.model({ inputs: model.inputs, outputs: output });
  return differencedFeatures((x) => cut.apply(x, { training: false }) as tf.Tensor, { shape, units });
}
