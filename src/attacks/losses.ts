import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** A loss that an attack maximises, one value a sample. */
export interface SampleLoss {
  readonly name: string;
  /** prediction and y: [n, k]; result: [n]. */
  value(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor;
  /**
   * True for losses that grow with |prediction - y| and have no gradient where it is zero. With one output, they are
   * attacked by pushing the prediction up and down, and keeping the worse side of each sample.
   */
  readonly twoSided: boolean;
}

/** (prediction - y)^2, summed over outputs. */
export const squaredLoss: SampleLoss = {
  name: 'squared',
  value: (prediction, y) => tf.sum(tf.squaredDifference(prediction, y), 1),
  twoSided: true,
};

/** y as [n, k]. @throws InvalidArgumentError when x and y differ in their number of rows. */
export function targetColumns(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const n = x.shape[0]!;
  if (y.shape[0] !== n) throw new InvalidArgumentError('y', `${y.shape[0]} rows`, `${n} rows, as many as x`);
  return y.rank === 1 ? y.expandDims(1) : y;
}

/** The prediction itself. @throws InvalidArgumentError when it does not have the shape of the targets. */
export function fitting(prediction: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const fits = prediction.rank === targets.rank && prediction.shape.every((m, i) => m === targets.shape[i]);
  if (!fits)
    throw new InvalidArgumentError('model output shape', prediction.shape, `[${targets.shape}], that of y`);
  return prediction;
}
