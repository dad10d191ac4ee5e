import type { tf } from '../runtime/tf.ts';
import { activation } from '../theory/activations.ts';
import { type RegisteredName, type TensorActivation, tensorActivation } from './activations.ts';
import { denseLayer } from './denseLayer.ts';

/** One step of a chain of layers on rows of a tensor, with the weights as they are. float32. */
export type TensorStep =
  | {
      /** u K + b */
      readonly kind: 'affine';
      /** [inputs, outputs] */
      readonly kernel: tf.Tensor2D;
      /** [outputs]; default none */
      readonly bias?: tf.Tensor1D;
    }
  | {
      /** sigma(u) - mean, the same function of every entry */
      readonly kind: 'elementwise';
      /** sigma, with its derivative */
      readonly activation: TensorActivation;
      /** subtracted */
      readonly mean: number;
    }
  | {
      /** (u - centre) factor by column, clipped where asked; inverted, u factor + centre */
      readonly kind: 'scale';
      /** [columns] */
      readonly centre: tf.Tensor1D;
      /** [columns] */
      readonly factor: tf.Tensor1D;
      /** whether the centre is added last instead of subtracted first */
      readonly invert: boolean;
      /** results are clipped at plus and minus this, where their derivative is then 0; Infinity for not at all */
      readonly clip: number;
    };

export type AffineTensors = Extract<TensorStep, { kind: 'affine' }>;
export type ElementwiseTensors = Extract<TensorStep, { kind: 'elementwise' }>;

/** A layer that knows what it computes as such steps. */
export interface TensorLayer {
  /** Null where no step says it. The weights are those of the built layer now, and the tensors its own. */
  tensorSteps(): TensorStep[] | null;
}

/** The steps of a chain of built layers; null where one of them is not known. The tensors are the layers' own. */
export function tensorSteps(layers: readonly tf.layers.Layer[]): TensorStep[] | null {
  const steps: TensorStep[] = [];
  for (const layer of layers) {
    const own = isTensorLayer(layer) ? layer.tensorSteps() : stepsOfTensorFlow(layer);
    if (own === null) return null;
    steps.push(...own);
  }
  return steps;
}

const isTensorLayer = (layer: tf.layers.Layer): layer is tf.layers.Layer & TensorLayer =>
  'tensorSteps' in layer;

function stepsOfTensorFlow(layer: tf.layers.Layer): TensorStep[] | null {
  const known = denseLayer(layer);
  const end = known?.activation ? elementwise(known.activation, 0) : [];
  return known && end && [...(known.hasWeights ? [affineTensors(layer)] : []), ...end];
}

/** The weights of a layer whose first is its kernel, inputs x outputs, and whose second, if there is one, its bias. */
export function affineTensors(layer: tf.layers.Layer): TensorStep {
  const [kernel, bias] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D?];
  return { kind: 'affine', kernel, ...(bias && { bias }) };
}

/** sigma(u) - E sigma(G); null for a function of one's own. */
export const centredTensors = (name: RegisteredName): TensorStep[] | null =>
  elementwise(name, activation(name).moments.mu0);

function elementwise(name: RegisteredName, mean: number): TensorStep[] | null {
  const known = tensorActivation(name);
  return known && [{ kind: 'elementwise', activation: known, mean: mean + (known.shift ?? 0) }];
}
