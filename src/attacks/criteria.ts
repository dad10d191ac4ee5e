import { checkNonNegative } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { fitting, marginLoss, oneHot, type SampleLoss, squaredLoss } from './losses.ts';

/** When an attack has succeeded on a sample. */
export interface Criterion {
  /** Says it in results. */
  readonly name: string;
  /** prediction: [n, k]; y: [n, k] or [n, 1]; result: [n], bool. @throws InvalidArgumentError when they do not fit. */
  reached(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor;
  /** What y holds, as a loss says it; labels of 'classes' are checked. Default 'values'. */
  readonly targets?: SampleLoss['targets'];
  /**
   * true: y is where a targeted attack moves the prediction, false: what an untargeted one moves it away from. An attack
   * of the other kind refuses the criterion. Default: either will do.
   */
  readonly targeted?: boolean;
  /**
   * Says that a single output reaches it the sooner the 'farther' it is from y, or the 'lower' its margin y f(x) is. A loss that
   * grows with the same then leads to it, and one point that is the worst by both is looked for. Default: neither.
   */
  readonly sooner?: 'farther' | 'lower';
}

/** Whether the class of the largest output, or the sign of a single one, is that of y; one that is 0 has no sign. */
function classified(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const outputs = fitting(prediction, y, marginLoss);
  if (outputs.shape[1] === 1) return y.mul(outputs).greater(0).reshape([-1]);
  return tf.equal(tf.argMax(outputs, 1), tf.argMax(oneHot(outputs, y), 1));
}

/** The largest difference between an output and its target, [n]. */
const largestError = (prediction: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  tf.max(tf.abs(fitting(prediction, y, squaredLoss).sub(y)), 1);

/** The class of the largest output, or the sign of a single one, is not that of y. For untargeted attacks. */
export const misclassified: Criterion = {
  name: 'misclassified',
  reached: (prediction, y) => classified(prediction, y).logicalNot(),
  targets: 'classes',
  targeted: false,
  sooner: 'lower',
};

/** The class of the largest output, or the sign of a single one, is that of y. For targeted attacks. */
export const reachedTarget: Criterion = {
  name: 'reached the target',
  reached: classified,
  targets: 'classes',
  targeted: true,
};

/**
 * Some output is off its target by more than `limit`. For untargeted attacks.
 * @param limit in units of y
 * @throws InvalidArgumentError for limit < 0.
 */
export function errorAbove(limit: number): Criterion {
  checkNonNegative('limit', limit);
  return {
    name: `error above ${limit}`,
    reached: (prediction, y) => largestError(prediction, y).greater(limit),
    targeted: false,
    sooner: 'farther',
  };
}

/**
 * No output is off its target by more than `limit`. For targeted attacks.
 * @param limit in units of y
 * @throws InvalidArgumentError for limit < 0.
 */
export function errorWithin(limit: number): Criterion {
  checkNonNegative('limit', limit);
  return {
    name: `error within ${limit}`,
    reached: (prediction, y) => largestError(prediction, y).lessEqual(limit),
    targeted: true,
  };
}

/** What a prediction is worth to an attack. */
export type Judgement = {
  /** [n] */
  readonly loss: tf.Tensor;
  /** 1 where the criterion is reached, 0 elsewhere and where the loss is NaN, [n]; only where there is a criterion. */
  readonly success?: tf.Tensor;
};

/** prediction: [n, k]; y: [n, k] or [n, 1]. @throws InvalidArgumentError when they do not fit. */
export function judged(
  prediction: tf.Tensor,
  y: tf.Tensor,
  loss: SampleLoss,
  criterion: Criterion | undefined,
): Judgement {
  const value = loss.value(fitting(prediction, y, loss), y);
  if (!criterion) return { loss: value };
  const success = criterion.reached(prediction, y).logicalAnd(tf.isNaN(value).logicalNot());
  // Numbers, because tf.where of booleans is wrong on WebAssembly.
  return { loss: value, success: success.toFloat() };
}
