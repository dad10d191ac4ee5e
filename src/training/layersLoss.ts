import type { SampleLoss } from '../attacks/index.ts';
import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** A loss as tf.layers has it: targets first, one value a sample. */
export type LayersLoss = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/**
 * A loss of tf.layers, such as 'meanAbsoluteError' or a function of (yTrue, yPred) with one value a sample, as one that
 * attacks and training take. Attacked along its own gradient.
 * @throws InvalidArgumentError for a name that tf.layers does not know, and, where it is computed, for a loss of another
 * shape, such as the mean over the samples
 */
export function layersLoss(loss: string | LayersLoss): SampleLoss {
  if (typeof loss !== 'string' && typeof loss !== 'function')
    throw new InvalidArgumentError(
      'loss',
      loss,
      'the name of a loss of tf.layers, or a function (yTrue, yPred)',
    );
  const value = typeof loss === 'string' ? lossFunction(loss) : loss;
  const name = typeof loss === 'string' ? loss : loss.name || 'custom';
  return {
    name,
    value: (prediction, y) => tf.tidy(() => onePerSample(name, value(y, prediction), prediction.shape[0]!)),
    targets: 'any',
  };
}

function onePerSample(name: string, losses: unknown, n: number): tf.Tensor {
  const expected = `one value for each of the ${n} samples, not their sum or mean`;
  if (!(losses instanceof tf.Tensor))
    throw new InvalidArgumentError(`loss ${name}`, losses, `a tensor, ${expected}`);
  if (losses.rank === 0 || losses.size !== n)
    throw new InvalidArgumentError(`loss ${name}`, `shape [${losses.shape}]`, expected);
  return losses.reshape([n]);
}

/** tf.layers keeps its table of losses to itself, but a compiled model shows the functions it was given. */
function lossFunction(name: string): LayersLoss {
  // A look-up by such a name would find what every object inherits.
  if (name in {}) throw unknownLoss(name);
  const inputs = tf.input({ shape: [1] });
  const probe = tf.model({
    inputs,
    outputs: tf.layers.activation({ activation: 'linear' }).apply(inputs) as tf.SymbolicTensor,
  });
  try {
    probe.compile({ loss: name, optimizer: 'sgd' });
    return probe.lossFunctions[0] as LayersLoss;
  } catch {
    throw unknownLoss(name);
  } finally {
    probe.dispose();
  }
}

const unknownLoss = (name: string): InvalidArgumentError =>
  new InvalidArgumentError('loss', name, "a loss of tf.layers, such as 'meanAbsoluteError'");
