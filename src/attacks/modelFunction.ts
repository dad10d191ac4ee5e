import { InvalidArgumentError, UserError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** All that an attack knows of a model: a differentiable function from a batch [n, ...] to outputs [n, k]. */
export type ModelFunction = (x: tf.Tensor) => tf.Tensor;

/**
 * A tf.LayersModel (in inference mode) or a function, as a function.
 * @throws InvalidArgumentError for anything else and for a model of several inputs or outputs; where it is called, for x
 * of another shape than the model takes, and for a function that fails (with its error as the cause) or returns no tensor
 */
export function modelFunction(model: tf.LayersModel | ModelFunction): ModelFunction {
  if (typeof model === 'function') return (x) => outputOf(model, x);
  if (!model || typeof model.apply !== 'function')
    throw new InvalidArgumentError('model', model, 'a tf.LayersModel, or a function from tensor to tensor');
  // A model that is not built yet has no inputs to compare with.
  const { inputs, outputs } = model;
  for (const [name, ends] of Object.entries({ inputs, outputs }))
    if (ends && ends.length !== 1)
      throw new InvalidArgumentError(
        'model',
        `${ends.length} ${name}`,
        'a model with one input and one output',
      );
  const wanted = inputs?.[0]?.shape;
  return (x) => {
    if (wanted && !(wanted.length === x.rank && wanted.every((m, i) => !i || m === null || m === x.shape[i])))
      throw new InvalidArgumentError(
        'x',
        `shape [${x.shape}]`,
        `[n, ${wanted.slice(1)}], as the model takes`,
      );
    return model.apply(x, { training: false }) as tf.Tensor;
  };
}

function outputOf(model: ModelFunction, x: tf.Tensor): tf.Tensor {
  let output: tf.Tensor;
  try {
    output = model(x);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { message } = error as Error;
    const expected = `a function that takes x of shape [${x.shape}]`;
    throw Object.assign(new InvalidArgumentError('model', message, expected), { cause: error });
  }
  if (output instanceof tf.Tensor) return output;
  throw new InvalidArgumentError('model', output, 'a function from a tensor [n, ...] to a tensor [n, k]');
}
