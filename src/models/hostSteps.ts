import { transpose } from '../numerics/vectors.ts';
import { tf } from '../runtime/tf.ts';
import { type Activation, activation, type CustomActivation } from '../theory/activations.ts';
import type { RegisteredName } from './activations.ts';
import { denseLayer } from './denseLayer.ts';
import { type AffineStep, LayeredFeatures, type LayerStep } from './layeredFeatures.ts';

/** A layer that knows what it computes as steps in float64 on the host. */
export interface HostLayer {
  /**
   * Null where no step says it. The weights are those that the layer has now, or will be built with.
   * @param width of the rows that it reads
   */
  hostSteps(width: number): LayerStep[] | null | Promise<LayerStep[] | null>;
}

/**
 * The first `count` layers of a model in float64 on the host, with the weights they have now; null where the model is no
 * chain on rows of numbers, or one of these layers is not known there.
 */
export async function hostFeatures(model: tf.LayersModel, count: number): Promise<LayeredFeatures | null> {
  const [inputDim, ...more] = model.inputs[0]!.shape.slice(1);
  if (!(model instanceof tf.Sequential) || typeof inputDim !== 'number' || more.length > 0) return null;
  return onHost(model.layers.slice(0, count), inputDim);
}

/** A chain of layers, built or not, in float64 on the host; null where one of them is not known there. */
export async function onHost(
  layers: readonly tf.layers.Layer[],
  inputDim: number,
): Promise<LayeredFeatures | null> {
  let features = new LayeredFeatures(inputDim, []);
  for (const layer of layers) {
    const own = await (isHostLayer(layer) ? layer.hostSteps(features.units) : stepsOfTensorFlow(layer));
    if (own === null) return null;
    features = new LayeredFeatures(inputDim, [...features.steps, ...own]);
  }
  return features;
}

const isHostLayer = (layer: tf.layers.Layer): layer is tf.layers.Layer & HostLayer => 'hostSteps' in layer;

async function stepsOfTensorFlow(layer: tf.layers.Layer): Promise<LayerStep[] | null> {
  const known = denseLayer(layer);
  return (
    known && [
      ...(known.hasWeights ? [await affineStep(layer)] : []),
      ...(known.activation ? [elementwise(activation(known.activation), 0)] : []),
    ]
  );
}

/** The weights of a layer whose first is its kernel, inputs x outputs, and whose second, if there is one, its bias. */
export async function affineStep(layer: tf.layers.Layer): Promise<LayerStep> {
  const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor?];
  const step = linearStep(await kernel.data(), kernel.shape[1]!);
  return bias ? { ...step, bias: Float64Array.from(await bias.data()) } : step;
}

/** W u for a kernel W' of inputs x outputs, as layers store it. */
export function linearStep(kernel: ArrayLike<number>, outputs: number): AffineStep {
  const weights = transpose(Float64Array.from(kernel), kernel.length / outputs, outputs);
  return { kind: 'affine', weights, outputs };
}

/** sigma(u) - E sigma(G). */
export function centredStep(name: RegisteredName | CustomActivation): LayerStep {
  const named = activation(name);
  return elementwise(named, named.moments.mu0);
}

const elementwise = ({ value, derivative }: Activation, mean: number): LayerStep => ({
  kind: 'elementwise',
  value: mean === 0 ? value : (u) => value(u) - mean,
  derivative,
});
