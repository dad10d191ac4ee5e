import type { SampleLoss } from '../attacks/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** A loss as tf.layers has it: targets first, one value a sample. */
export type LayersLoss = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/**
 * A loss of tf.layers, such as 'meanAbsoluteError' or a function of (yTrue, yPred) with one value a sample, as one that
 * attacks and training take. Attacked along its own gradient.
 * @throws InvalidArgumentError for a name that tf.layers does not know
 */
export function layersLoss(loss: string | LayersLoss): SampleLoss {
  const value = typeof loss === 'string' ? lossFunction(loss) : loss;
  return {
    name: typeof loss === 'string' ? loss : loss.name || 'custom',
    value: (prediction, y) => tf.tidy(() => value(y, prediction).reshape([prediction.shape[0]!])),
    targets: 'any',
  };
}

/** tf.layers keeps its table of losses to itself, but a compiled model shows the functions it was given. */
function lossFunction(name: string): LayersLoss {
  const inputs = tf.input({ shape: [1] });
  const probe = tf.model({
    inputs,
    outputs: tf.layers.activation({ activation: 'linear' }).apply(inputs) as tf.SymbolicTensor,
  });
  try {
    probe.compile({ loss: name, optimizer: 'sgd' });
    return probe.lossFunctions[0] as LayersLoss;
  } catch {
    throw new InvalidArgumentError('loss', name, "a loss of tf.layers, such as 'meanAbsoluteError'");
  } finally {
    probe.dispose();
  }
}
