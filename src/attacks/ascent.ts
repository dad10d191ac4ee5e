import { tf } from '../runtime/tf.ts';
import { fitting, type SampleLoss } from './losses.ts';
import type { ModelFunction } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import { column, type Perturbed, worse } from './perSample.ts';

/** The loss at a point and the direction in which to move it, per row. */
export type Slope = {
  /** [n] */
  readonly loss: tf.Tensor;
  /** The shape of the point, [n, ...]. */
  readonly gradient: tf.Tensor;
};

/** What a gradient attack climbs: rows that may be the samples, or two sides of each. */
export interface Ascent {
  /** The inputs about which to project, a row for each sample and side. */
  readonly centre: tf.Tensor;
  loss(point: tf.Tensor): tf.Tensor;
  slope(point: tf.Tensor): Slope;
  /** The slope at the centre. Computed at the first call, for which a tidy must be open that outlives the ascent. */
  slopeAtCentre(): Slope;
  /** A length for each row, from one for each sample. */
  lengths(perSample: Lengths): Lengths;
  /** From rows for every side back to one row a sample, the worse. */
  fold(found: Perturbed): Perturbed;
}

/** y: [n, k] */
export function ascentOf(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  loss: SampleLoss,
  bothSides: boolean,
): Ascent {
  if (!loss.twoSided || y.shape[1] !== 1) return climbLoss(f, x, y, loss);
  return bothSides ? pushBothWays(f, x, y, loss) : pushAway(f, x, y, loss);
}

const oneRowASample = {
  lengths: (perSample: Lengths) => perSample,
  fold: (found: Perturbed) => found,
};

/** Ascends the loss itself. The sum over samples, never the mean, so that a row's gradient is its own. */
function climbLoss(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, loss: SampleLoss): Ascent {
  const lossAt = (point: tf.Tensor): tf.Tensor => loss.value(fitting(f(point), y, loss), y);
  const ones = tf.ones([x.shape[0]!]);
  const slope = (point: tf.Tensor): Slope => {
    const { value, grad } = tf.valueAndGrad(lossAt)(point, ones);
    return { loss: value, gradient: grad };
  };
  return { centre: x, loss: lossAt, slope, slopeAtCentre: once(() => slope(x)), ...oneRowASample };
}

/** Pushes the prediction up in rows 0 .. n-1 and down in rows n .. 2n-1, as one batch. */
function pushBothWays(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, loss: SampleLoss): Ascent {
  const up = tf.onesLike(y);
  const { loss: lossOf, slope } = pushed(f, tf.concat([y, y]), loss, tf.concat([up, up.neg()]));
  return {
    centre: tf.concat([x, x]),
    loss: lossOf,
    slope,
    slopeAtCentre: once(() => {
      // Both sides start at the input, so one pass over n rows serves them both.
      const { loss: here, gradient } = pushed(f, y, loss, up).slope(x);
      return { loss: tf.concat([here, here]), gradient: tf.concat([gradient, gradient.neg()]) };
    }),
    lengths: (perSample) => (typeof perSample === 'number' ? perSample : tf.concat([perSample, perSample])),
    fold({ x: points, loss: losses }) {
      const [above, below] = tf.split(points, 2) as [tf.Tensor, tf.Tensor];
      const [lossAbove, lossBelow] = tf.split(losses, 2) as [tf.Tensor, tf.Tensor];
      return worse({ x: above, loss: lossAbove }, { x: below, loss: lossBelow });
    },
  };
}

/** Pushes the prediction away from its target: to the side on which it lies already, upwards where it lies on it. */
function pushAway(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, loss: SampleLoss): Ascent {
  const up = tf.onesLike(y);
  const { value, grad } = tf.valueAndGrad((rows) => fitting(f(rows), y, loss))(x, up);
  const away = up.sub(value.less(y).toFloat().mul(2));
  const atCentre = { loss: loss.value(value, y), gradient: grad.mul(column(away, x)) };
  return { centre: x, ...pushed(f, y, loss, away), slopeAtCentre: () => atCentre, ...oneRowASample };
}

/** The loss against y, and the gradient of the predictions weighted by `push`, +1 or -1 a row. */
function pushed(f: ModelFunction, y: tf.Tensor, loss: SampleLoss, push: tf.Tensor) {
  const predict = (rows: tf.Tensor): tf.Tensor => fitting(f(rows), y, loss);
  return {
    loss: (point: tf.Tensor): tf.Tensor => loss.value(predict(point), y),
    slope(point: tf.Tensor): Slope {
      const { value, grad } = tf.valueAndGrad(predict)(point, push);
      return { loss: loss.value(value, y), gradient: grad };
    },
  };
}

function once<T>(compute: () => T): () => T {
  let result: T | undefined;
  return () => {
    result ??= compute();
    return result;
  };
}
