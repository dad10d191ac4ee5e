import { InvalidArgumentError, UserError } from '../errors.ts';
import { frozenChain, type ValueAndSlope } from '../models/frozenChain.ts';
import type { ReluClimb } from '../models/reluClimb.ts';
import type { ClimbNorm } from '../numerics/climb/layout.ts';
import { numbersOf, ownNumbersOf, readsAtOnce, tensorOf } from '../runtime/hostNumbers.ts';
import { rowFunction } from '../runtime/rows.ts';
import { tf } from '../runtime/tf.ts';
import { column } from './perSample.ts';

/** All that an attack knows of a model: a differentiable function from a batch [n, ...] to outputs [n, k]. */
export interface ModelFunction {
  (x: tf.Tensor): tf.Tensor;
  /**
   * The same function with the weights as they are, made ready for many passes and gradients in x alone: what is asked
   * of weights later is not seen. Within a tidy, which owns what it computes beforehand. Null where there is no faster way.
   */
  readonly frozen?: () => ModelFunction | null;
  /** Of a function with one output: outputs [n, 1] and the gradient of each in its row, where that is known without autodiff. */
  readonly slope?: (x: tf.Tensor) => ValueAndSlope;
  /**
   * Of such a function, all steps of a climb at once, where it is known how; null for so few moves of rows.
   * @internal
   */
  readonly climb?: (norm: ClimbNorm, moves: number) => ReluClimb | null;
}

/**
 * A tf.LayersModel (in inference mode) or a function, as a function.
 * @throws InvalidArgumentError for anything else and for a model of several inputs or outputs; where it is called, for x
 * of another shape than the model takes, and for a function that fails (with its error as the cause) or returns no tensor
 */
export function modelFunction(model: tf.LayersModel | ModelFunction): ModelFunction {
  if (typeof model === 'function') {
    const { frozen, slope, climb } = model;
    return Object.assign(
      (x: tf.Tensor) => outputOf(model, x),
      frozen && { frozen },
      slope && { slope },
      climb && { climb },
    );
  }
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
  const frozen = (): ModelFunction | null => {
    if (!(model instanceof tf.Sequential) || wanted?.length !== 2) return null;
    const chain = frozenChain(model.layers);
    if (!chain) return null;
    const checked = <R>(of: (x: tf.Tensor) => R) => {
      return (x: tf.Tensor): R => {
        check(x);
        return of(x);
      };
    };
    const { slope, climb } = chain;
    const climbing: typeof climb = (...of) => {
      const network = climb?.(...of);
      return network ? { ...network, place: checked(network.place) } : null;
    };
    return Object.assign(checked(chain), slope && { slope: checked(slope) }, climb && { climb: climbing });
  };
  return Object.assign(f, { frozen });
}

/**
 * Outputs, and the gradient in the input of each output times its weight.
 * @param weights of the shape of the outputs; null for ones
 * @param check of the outputs, before the gradient is taken
 */
export function valueAndSlope(
  f: ModelFunction,
  x: tf.Tensor,
  weights: tf.Tensor | null,
  check: (value: tf.Tensor) => tf.Tensor,
): ValueAndSlope {
  if (!f.slope) {
    const outputs = (rows: tf.Tensor): tf.Tensor => check(f(rows));
    const { value, grad } = tf.valueAndGrad(outputs)(x, ...(weights ? [weights] : []));
    return { value, gradient: grad };
  }
  const { value, gradient } = f.slope(x);
  return { value: check(value), gradient: weights ? weighted(gradient, weights) : gradient };
}

/** Rows [n, ...] times a number each, [n, 1]. */
export function weighted(rows: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  if (readsAtOnce(rows.size)) return weightedHere(rows, weights);
  return rowFunction('scale', rows.size)?.([rows, weights], rows.shape) ?? rows.mul(column(weights, rows));
}

/** In the array itself that was read of the engine: half of the weights are 1 where both sides are pushed to. */
function weightedHere(rows: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const [numbers, by] = [ownNumbersOf(rows), numbersOf(weights)];
  const width = numbers.length / by.length;
  by.forEach((weight, row) => {
    if (weight === 1) return;
    for (let i = row * width; i < (row + 1) * width; i++) numbers[i]! *= weight;
  });
  return tensorOf(numbers, rows.shape);
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
