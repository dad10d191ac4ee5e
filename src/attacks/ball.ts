import { clipBetween } from '../runtime/nativeOps.ts';
import { rowFunction } from '../runtime/rows.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import { boundedSteps } from './boundedSteps.ts';
import type { Lengths, Norm } from './norms/index.ts';
import { eachRow } from './norms/norm.ts';

/** The inputs that an attack may choose from: within eps of the centre, row by row, and within the bounds. */
export interface Ball {
  /** The inputs about which to look, [m, ...]. */
  readonly centre: tf.Tensor;
  /** One for all rows, or one a row, [m, 1, ...]. */
  readonly eps: Lengths;
  /** eps times a number: the length of a step. */
  partOfEps(part: number): Lengths;
  /** centre + delta, projected as `nearest` does. */
  movedBy(delta: tf.Tensor): tf.Tensor;
  /** Back into the ball: projects about the centre, then clips to the bounds, which brings no entry further out. */
  nearest(point: tf.Tensor): tf.Tensor;
  /**
   * `nearest(point + v)`, v a step of that length that ascends within the bounds at little cost: the steepest but for
   * entries at a bound, some of which may lead beyond; in l1, `ascendInBounds`.
   */
  ascend(point: tf.Tensor, gradient: tf.Tensor, length: Lengths): tf.Tensor;
  /**
   * `nearest(point + v)`, v the step of greatest <gradient, v> that is no longer than that and leads to no input out of
   * bounds: from the centre with length eps, the maximum of a linear function over the ball.
   */
  ascendInBounds(point: tf.Tensor, gradient: tf.Tensor, length: Lengths): tf.Tensor;
  /** The points of the ball that deltas of the unit ball name, then clipped to the bounds. */
  pointAt(delta: tf.Tensor): tf.Tensor;
  /** Points at distance eps from the centre in the direction of those deltas, then clipped to the bounds. */
  rimAt(delta: tf.Tensor): tf.Tensor;
}

/**
 * By which part of eps a point of the ball may lie outside it: |x_adversarial - x| <= eps (1 + this), whatever the size
 * of x. Inputs of ordinary size are off by a few units of 1e-6, from the rounding of x + delta to float32.
 */
export const EPS_TOLERANCE = 1e-5;

/**
 * The ball about inputs, in the norm and within the bounds of the settings. Within a tidy, which owns what it computes
 * beforehand.
 * @param centre [m, ...]
 * @param eps one radius for all rows, or one a row, [m, 1, ...]
 */
export function ballAbout(centre: tf.Tensor, eps: Lengths, settings: AttackSettings): Ball {
  const { norm, bounds } = settings;
  const { clip, steepest } = boundedSteps(settings);

  /** Without what would lead out of the bounds at once: the steepest step then spends its length on the rest. */
  const inward = (point: tf.Tensor, gradient: tf.Tensor): tf.Tensor => {
    if (!bounds) return gradient;
    const [low, high] = bounds;
    const out = tf.logicalOr(
      point.lessEqual(low).logicalAnd(gradient.less(0)),
      point.greaterEqual(high).logicalAnd(gradient.greater(0)),
    );
    return tf.where(out, tf.zerosLike(gradient), gradient);
  };

  const into = stepsInto(centre, eps, norm);
  /** From a point by v and back into the ball. To add v to the point itself would round twice. */
  const stepped = (point: tf.Tensor, v: tf.Tensor): tf.Tensor => tf.tidy(() => clip(into.step(point, v)));

  const ball: Ball = {
    centre,
    eps,
    partOfEps: (part) => (typeof eps === 'number' ? eps * part : eps.mul(part)),
    movedBy: (delta) => stepped(centre, delta),
    nearest: (point) => tf.tidy(() => ball.movedBy(point.sub(centre))),
    ascend(point, gradient, length) {
      // The steepest step in l1 moves one entry alone, and the bounds would leave little of it.
      if (norm.name === 'l1' && bounds) return ball.ascendInBounds(point, gradient, length);
      return tf.tidy(() => clip(into.ascend(point, inward(point, gradient), length)));
    },
    ascendInBounds(point, gradient, length) {
      if (!bounds) return ball.ascend(point, gradient, length);
      return tf.tidy(() => stepped(point, steepest(point, gradient, length)));
    },
    pointAt: (delta) => tf.tidy(() => ball.movedBy(delta.mul(eps))),
    rimAt: (delta) => tf.tidy(() => ball.movedBy(delta.div(norm.measure(delta)).mul(eps))),
  };
  return ball;
}

/** Steps to the point of the ball, without bounds, that is nearest to where they lead, and no further out by rounding. */
interface StepsInto {
  /** From a point by v. */
  step(point: tf.Tensor, v: tf.Tensor): tf.Tensor;
  /** From a point by the steepest v of that length. */
  ascend(point: tf.Tensor, gradient: tf.Tensor, length: Lengths): tf.Tensor;
}

function stepsInto(centre: tf.Tensor, eps: Lengths, norm: Norm): StepsInto {
  const [step, ascend] = [
    rowFunction(`step-${norm.name}`, centre.size),
    rowFunction(`ascend-${norm.name}`, centre.size),
  ];
  if (step && ascend) {
    const [shape, rows] = [centre.shape, centre.shape[0]!];
    const radii = eachRow(eps, rows);
    return {
      step: (point, v) => step([point, v, centre, radii], shape),
      ascend: (point, gradient, length) =>
        ascend([gradient, eachRow(length, rows), point, centre, radii], shape),
    };
  }
  const rounding = roundingOf(centre, eps, norm);
  const inwards = tf.neg(rounding);
  const steps: StepsInto = {
    step(point, v) {
      const delta = norm.project(
        tf.tidy(() => point.sub(centre).add(v)),
        eps,
      );
      return centre.add(delta.sub(clipBetween(delta, inwards, rounding)));
    },
    ascend: (point, gradient, length) => steps.step(point, norm.steepest(gradient, length)),
  };
  return steps;
}

/** What float32 may add to each entry of a sample in which that could be more than the tolerance allows; 0 in others. */
function roundingOf(centre: tf.Tensor, eps: Lengths, norm: Norm): tf.Tensor {
  return tf.tidy(() => {
    const most = halfFloat(tf.abs(centre).add(eps));
    const limit = tf.mul(eps, EPS_TOLERANCE / 2);
    return most.mul(norm.measure(most).greater(limit).toFloat());
  });
}

/** Half of the distance between floats at entries >= 0: 2^-24 times the power of two below (Rump, Ogita & Oishi 2008). */
function halfFloat(x: tf.Tensor): tf.Tensor {
  // Up to where the product stays in the range of float32.
  const q = tf.minimum(x, 1e30).mul(2 ** 23 + 1);
  return tf.abs(q.sub(q.mul(1 - 2 ** -24))).mul(2 ** -24);
}
