import { checkNonNegative } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { fitting, marginLoss, oneHot, squaredLoss } from './losses.ts';

/** When an attack has succeeded on a sample. */
export interface Criterion {
  /** Says it in results. */
  readonly name: string;
  /** prediction: [n, k]; y: [n, k] or [n, 1]; result: [n], bool. @throws InvalidArgumentError when they do not fit. */
  reached(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor;
}

/** The class of the largest output, or the sign of a single one, is not that of y. */
export const misclassified: Criterion = {
  name: 'misclassified',
  reached(prediction, y) {
    const outputs = fitting(prediction, y, marginLoss);
    if (outputs.shape[1] === 1) return y.mul(outputs).lessEqual(0).reshape([-1]);
    return tf.notEqual(tf.argMax(outputs, 1), tf.argMax(oneHot(outputs, y), 1));
  },
};

/**
 * Some output is off its target by more than `limit`.
 * @param limit in units of y
 * @throws InvalidArgumentError for limit < 0.
 */
export function errorAbove(limit: number): Criterion {
  checkNonNegative('limit', limit);
  return {
    name: `error above ${limit}`,
    reached: (prediction, y) => tf.max(tf.abs(fitting(prediction, y, squaredLoss).sub(y)), 1).greater(limit),
  };
}
