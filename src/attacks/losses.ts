import { checkChoice, checkPositive, InvalidArgumentError } from '../errors.ts';
import { numbersOf, readsAtOnce, tensorOf } from '../runtime/hostNumbers.ts';
import { softmaxCrossEntropy as nativeCrossEntropy } from '../runtime/nativeOps.ts';
import { tf } from '../runtime/tf.ts';

/** A loss that an attack maximises, one value a sample. Any object of this shape will do. */
export interface SampleLoss {
  /** Says it in results and in checkpoints. */
  readonly name: string;
  /** prediction: [n, k]; y as `targets` says; result: [n]. */
  value(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor;
  /**
   * True for losses that grow with |prediction - y| and have no gradient where it is zero. With one output, they are
   * attacked by pushing the prediction up and down, and keeping the worse side of each sample. Default false.
   */
  readonly twoSided?: boolean;
  /**
   * What y holds. 'values' (default): as many as the model has outputs. 'classes': one-hot rows, or class indices [n]
   * or [n, 1], or for a model with one output the signs +1 and -1. 'any': whatever `value` makes of it.
   */
  readonly targets?: 'values' | 'classes' | 'any';
  /** True where to maximise it is to move the prediction towards y, as an attack with `targeted` does. Default false. */
  readonly targeted?: boolean;
  /**
   * True for losses of the margin, y f(x) of one output or the lead of the right one of several, that fall up to some margin and
   * are flat beyond, where they have no gradient. They are attacked by lowering the margin. Default false.
   */
  readonly ofMargin?: boolean;
}

/** The sum of each row, [n, k] to [n]; of one output itself, without the time of an operation. */
const overOutputs = (values: tf.Tensor): tf.Tensor =>
  values.shape[1] === 1 ? values.reshape([-1]) : tf.sum(values, 1);

/** (prediction - y)^2, summed over outputs. */
export const squaredLoss: SampleLoss = {
  name: 'squared',
  value: (prediction, y) => overOutputs(tf.squaredDifference(prediction, y)),
  twoSided: true,
};

/** |prediction - y|, summed over outputs. */
export const absoluteLoss: SampleLoss = {
  name: 'absolute',
  value: (prediction, y) => overOutputs(tf.abs(prediction.sub(y))),
  twoSided: true,
};

/**
 * Huber's loss, summed over outputs: r^2 / 2 up to |r| = delta, delta (|r| - delta / 2) beyond.
 * @param delta where the loss goes over from quadratic to linear, in units of y
 * @throws InvalidArgumentError for delta <= 0
 */
export function huberLoss(delta = 1): SampleLoss {
  checkPositive('delta', delta);
  return {
    name: 'huber',
    value(prediction, y) {
      const r = tf.abs(prediction.sub(y));
      const q = tf.minimum(r, delta);
      return overOutputs(q.mul(r.sub(q.div(2))));
    },
    twoSided: true,
  };
}

/**
 * log sum exp(z) - <labels, z> of each row, [n, k] to [n], with its gradient softmax(z) - labels: that of TensorFlow.js
 * would go back through each of its operations.
 */
function softmaxCrossEntropy(z: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const loss = tf.customGrad((...args) => {
    const [logits, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const found = nativeCrossEntropy(logits, labels);
    save(found ? [found.gradient] : [logits, labels]);
    return {
      value: found?.loss ?? tf.tidy(() => tf.logSumExp(logits, 1).sub(tf.sum(logits.mul(labels), 1))),
      gradFunc: (dy: tf.Tensor, [first, wanted]: tf.Tensor[]) =>
        tf.tidy(() => (wanted ? tf.softmax(first!).sub(wanted) : first!).mul(dy.expandDims(1))),
    };
  });
  return loss(z) as tf.Tensor;
}

/** Cross-entropy of the softmax of k outputs, or of the logistic function of one output (signs +1 and -1). */
export const crossEntropyLoss: SampleLoss = {
  name: 'cross-entropy',
  value(prediction, y) {
    if (prediction.shape[1] === 1) return tf.softplus(y.mul(prediction).neg()).reshape([-1]);
    return softmaxCrossEntropy(prediction, oneHot(prediction, y));
  },
  targets: 'classes',
};

/** The largest output of a wrong class less that of the right one; for one output -y f(x). Misclassified where > 0. */
export const marginLoss: SampleLoss = {
  name: 'margin',
  value(prediction, y) {
    if (prediction.shape[1] === 1) return y.mul(prediction).neg().reshape([-1]);
    const right = oneHot(prediction, y);
    const wrong = tf.max(prediction.sub(right.mul(FAR)), 1);
    return wrong.sub(tf.sum(prediction.mul(right), 1));
  },
  targets: 'classes',
};

/**
 * max(0, 1 - m) of the margin m: y f(x) for one output and the signs +1 and -1; of several the right output less the largest of a
 * wrong class (Crammer & Singer 2001).
 */
export const hingeLoss: SampleLoss = {
  name: 'hinge',
  value: (prediction, y) => tf.relu(marginLoss.value(prediction, y).add(1)),
  targets: 'classes',
  ofMargin: true,
};

/** Half the square of the hinge loss. */
export const squaredHingeLoss: SampleLoss = {
  name: 'squaredHinge',
  value: (prediction, y) => tf.square(hingeLoss.value(prediction, y)).div(2),
  targets: 'classes',
  ofMargin: true,
};

/** Whether a single output loses by its margin y f(x) alone, so that to attack it is to lower that. */
export const fallsWithMargin = (loss: SampleLoss): boolean =>
  (loss.ofMargin ?? false) || loss === crossEntropyLoss || loss === marginLoss;

/**
 * The difference-of-logits ratio of Croce & Hein (2020): the margin over the difference of the largest and the third
 * largest output, so that the scale of the outputs does not matter. Needs three classes or more.
 */
export const dlrLoss: SampleLoss = {
  name: 'dlr',
  value(prediction, y) {
    if (prediction.shape[1]! < 3)
      throw new InvalidArgumentError('model output shape', prediction.shape, 'three classes or more for dlr');
    const second = prediction.sub(isLargest(prediction).mul(FAR));
    const third = second.sub(isLargest(second).mul(FAR));
    const spread = tf.max(prediction, 1).sub(tf.max(third, 1));
    return marginLoss.value(prediction, y).div(spread.add(1e-12));
  },
  targets: 'classes',
};

const losses = {
  squared: squaredLoss,
  absolute: absoluteLoss,
  huber: huberLoss(),
  'cross-entropy': crossEntropyLoss,
  margin: marginLoss,
  dlr: dlrLoss,
  hinge: hingeLoss,
  squaredHinge: squaredHingeLoss,
};

/**
 * The losses known by name; `huber` is {@link huberLoss} with delta 1.
 * @useDeclaredType
 */
export type LossName = keyof typeof losses;

/** All of them: three of values first, then five of classes, two of which are flat beyond a margin. */
export const lossNames = Object.keys(losses) as LossName[];

/** The loss of that name, or the one given. @throws InvalidArgumentError for an unknown name, and for what is no loss. */
export function lossNamed(loss: LossName | SampleLoss): SampleLoss {
  if (loss === null || typeof loss !== 'object') return losses[checkChoice('loss', loss, lossNames)];
  if (typeof loss.value === 'function' && typeof loss.name === 'string') return loss;
  throw new InvalidArgumentError('loss', loss, 'a name, or an object with name and value(prediction, y)');
}

/** Minus the loss: to maximise it is to move the prediction towards y. */
export const towards = (loss: SampleLoss): SampleLoss => ({
  name: `targeted ${loss.name}`,
  value: (prediction, y) => loss.value(prediction, y).neg(),
  targets: loss.targets ?? 'values',
  targeted: true,
});

/** y as [n, k]. @throws InvalidArgumentError when x and y differ in their number of rows. */
export function targetColumns(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const n = x.shape[0]!;
  const rows = y.shape[0] ?? 'no';
  if (rows !== n) throw new InvalidArgumentError('y', `${rows} rows`, `${n} rows, as many as x`);
  return y.rank === 1 ? y.expandDims(1) : y;
}

/** The prediction itself. @throws InvalidArgumentError when the loss cannot compare it with the targets. */
export function fitting(prediction: tf.Tensor, targets: tf.Tensor, loss: SampleLoss): tf.Tensor {
  const kind = loss.targets ?? 'values';
  if (kind === 'any') return prediction;
  const same = prediction.rank === targets.rank && prediction.shape.every((m, i) => m === targets.shape[i]);
  if (same) return prediction;
  if (kind === 'values')
    throw new InvalidArgumentError('model output shape', prediction.shape, `[${targets.shape}], that of y`);
  const indices = prediction.rank === 2 && prediction.shape[0] === targets.shape[0] && targets.shape[1] === 1;
  if (indices) return prediction;
  throw new InvalidArgumentError(
    'model output shape',
    prediction.shape,
    `[${targets.shape[0]}, classes] for the ${loss.name} loss`,
  );
}

/** So far below every output that it never is the largest. */
const FAR = 1e30;

/** Rows of y as one-hot rows like those of the prediction, float32. */
export function oneHot(prediction: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const [n, classes] = [y.shape[0]!, prediction.shape[1]!];
  if (y.shape[1] === classes) return y.dtype === 'float32' ? y.clone() : y.toFloat();
  if (y.dtype !== 'float32' || !readsAtOnce(n * classes))
    return tf.oneHot(y.reshape([-1]).toInt() as tf.Tensor1D, classes).toFloat();
  const rows = new Float32Array(n * classes);
  numbersOf(y).forEach((label, i) => {
    if (label >= 0 && label < classes) rows[i * classes + Math.floor(label)] = 1;
  });
  return tensorOf(rows, [n, classes]);
}

/** One-hot rows of the largest entry, without a gradient of their own. */
const isLargest = tf.customGrad((z) => {
  const rows = z as tf.Tensor;
  return {
    value: tf.oneHot(tf.argMax(rows, 1) as tf.Tensor1D, rows.shape[1]!).toFloat(),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  };
}) as (z: tf.Tensor) => tf.Tensor;
