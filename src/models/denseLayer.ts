import type { tf } from '../runtime/tf.ts';
import { type ActivationName, activationNames } from '../theory/activations.ts';

/** What a layer of TensorFlow.js itself does to a row in inference mode, where the theory knows its activation. */
export interface DenseLayer {
  /** Whether it has weights: a kernel, inputs x outputs, and perhaps a bias. */
  readonly hasWeights: boolean;
  /** Behind the weights; null for the identity. */
  readonly activation: ActivationName | null;
}

/** Dense layers and activations; null for layers that are something else. Those that change no row have neither part. */
export function denseLayer(layer: tf.layers.Layer): DenseLayer | null {
  const kind = layer.getClassName();
  if (kind === 'InputLayer' || kind === 'Dropout' || kind === 'Flatten')
    return { hasWeights: false, activation: null };
  if (kind !== 'Dense' && kind !== 'Activation') return null;
  const given = layer.getConfig().activation;
  const name = activationNames.find((one) => one === given);
  if (given !== 'linear' && name === undefined) return null;
  return { hasWeights: kind === 'Dense', activation: name ?? null };
}
