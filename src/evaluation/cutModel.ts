import { InvalidArgumentError, UserError } from '../errors.ts';
import { CentredActivation } from '../models/CentredActivation.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { LayeredFeatures, type LayerStep } from '../models/layeredFeatures.ts';
import { RandomFeatures } from '../models/RandomFeatures.ts';
import { Standardise } from '../models/Standardise.ts';
import { tf } from '../runtime/tf.ts';
import { type ActivationName, activation, activationNames } from '../theory/activations.ts';
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

  const steps =
    model instanceof tf.Sequential ? await hostSteps(model.layers.slice(0, index + 1), shape) : null;
  if (steps) return new LayeredFeatures(shape[0]!, steps);
  const output = kept.output;
  if (Array.isArray(output)) throw new InvalidArgumentError('layer', kept.name, 'a layer of one output');
  const units = output.shape.slice(1).reduce<number>((product, axis) => product * (axis ?? Number.NaN), 1);
  if (!Number.isInteger(units))
    throw new InvalidArgumentError('layer', kept.name, 'a layer whose output has known axes');
  const cut = tf.model({ inputs: model.inputs, outputs: output });
  return differencedFeatures((x) => cut.apply(x, { training: false }) as tf.Tensor, { shape, units });
}

/** The layers as steps on the host; null when one of them is not known there. */
async function hostSteps(
  layers: readonly tf.layers.Layer[],
  shape: readonly number[],
): Promise<LayerStep[] | null> {
  if (shape.length !== 1) return null;
  const steps: LayerStep[] = [];
  for (const layer of layers) {
    const found = await stepsOf(layer);
    if (!found) return null;
    steps.push(...found);
  }
  return steps;
}

async function stepsOf(layer: tf.layers.Layer): Promise<LayerStep[] | null> {
  const kind = layer.getClassName();
  if (kind === 'InputLayer' || kind === 'Dropout' || kind === 'Flatten') return [];
  const config = layer.getConfig();
  if (layer instanceof RandomFeatures)
    return [await affine(layer, false), elementwise(layer.activation, true)];
  if (layer instanceof CentredActivation) return [elementwise(layer.activation, true)];
  if (layer instanceof Standardise) {
    if (layer.invert) return null;
    const factor = Float64Array.from(layer.deviation, (s) => (s === 0 ? 0 : 1 / s));
    const clip = layer.clip < Number.POSITIVE_INFINITY ? { clip: layer.clip } : {};
    return [{ kind: 'scale', centre: Float64Array.from(layer.mean), factor, ...clip }];
  }
  if (kind !== 'Dense' && kind !== 'Activation') return null;
  const name = config.activation;
  if (name !== 'linear' && !(activationNames as readonly unknown[]).includes(name)) return null;
  const end = name === 'linear' ? [] : [elementwise(name as ActivationName, false)];
  return kind === 'Dense' ? [await affine(layer, config.useBias === true), ...end] : end;
}

/** A layer whose first weight is its kernel, inputs x outputs. */
async function affine(layer: tf.layers.Layer, useBias: boolean): Promise<LayerStep> {
  const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor?];
  const [inputs, outputs] = kernel.shape as [number, number];
  const values = await kernel.data();
  const weights = new Float64Array(inputs * outputs);
  for (let j = 0; j < inputs; j++)
    for (let a = 0; a < outputs; a++) weights[a * inputs + j] = values[j * outputs + a]!;
  return useBias && bias
    ? { kind: 'affine', weights, outputs, bias: Float64Array.from(await bias.data()) }
    : { kind: 'affine', weights, outputs };
}

function elementwise(name: ActivationName, centred: boolean): LayerStep {
  const { value, derivative, moments } = activation(name);
  const mu0 = centred ? moments.mu0 : 0;
  return { kind: 'elementwise', value: mu0 === 0 ? value : (u) => value(u) - mu0, derivative };
}
