import { InvalidArgumentError, UserError } from '../errors.ts';
import { frozenChain } from '../models/frozenChain.ts';
import { tf } from '../runtime/tf.ts';

/** All that an attack knows of a model: a differentiable function from a batch [n, ...] to outputs [n, k]. */
export interface ModelFunction {
  (x: tf.Tensor): tf.Tensor;
  /**
   * The same function with the weights as they are, made ready for many passes and gradients in x alone: what is asked
   * of weights later is not seen. Within a tidy, which owns what it computes beforehand. Null where there is no faster way.
   */
  readonly frozen?: () => ((x: tf.Tensor) => tf.Tensor) | null;
}

/**
 * A tf.LayersModel (in inference mode) or a function, as a function.
 * @throws InvalidArgumentError for anything else and for a model of several inputs or outputs; where it is called, for x
 * of another shape than the model takes, and for a function that fails (with its error as the cause) or returns no tensor
 */
export function modelFunction(model: tf.LayersModel | ModelFunction): ModelFunction {
  if (typeof model === 'function')
    return Object.assign((x: tf.Tensor) => outputOf(model, x), model.frozen && { frozen: model.frozen });
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
  const check = (x: tf.Tensor): void => {
    if (wanted && !(wanted.length === x.rank && wanted.every((m, i) => !i || m === null || m === x.shape[i])))
      throw new InvalidArgumentError(
        'x',
        `shape [${x.shape}]`,
        `[n, ${wanted.slice(1)}], as the model takes`,
      );
  };
  const f = (x: tf.Tensor): tf.Tensor => {
    check(x);
    return model.apply(x, { training: false }) as tf.Tensor;
  };
  const frozen = (): ((x: tf.Tensor) => tf.Tensor) | null => {
    if (!(model instanceof tf.Sequential) || wanted?.length !== 2) return null;
    const chain = frozenChain(model.layers);
    return (
      chain &&
      ((x) => {
        check(x);
        return chain(x);
      })
    );
  };
  return Object.assign(f, { frozen });
}

/** A function, or what it is made ready as, to be differentiated in its input alone. Within a tidy. */
export const inInputAlone = (f: ModelFunction): ModelFunction => f.frozen?.() ?? f;

function outputOf(model: ModelFunction, x: tf.Tensor): tf.Tensor {
  let output: tf.Tensor;
  try {
    output = model(x);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = String((error as Error | null)?.message ?? error);
    const expected = `a function that takes x of shape [${x.shape}]`;
    throw Object.assign(new InvalidArgumentError('model', message.replace(/\s+/g, ' '), expected), {
      cause: error,
    });
  }
  if (output instanceof tf.Tensor) return output;
  throw new InvalidArgumentError('model', output, 'a function from a tensor [n, ...] to a tensor [n, k]');
}
