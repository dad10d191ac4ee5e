import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import { boundedSteps } from './boundedSteps.ts';
import type { Lengths } from './norms/index.ts';
import { signOf } from './norms/norm.ts';

/** The inputs that an attack may choose from: within eps of the centre, row by row, and within the bounds. */
export interface Ball {
  /** The inputs about which to look, [m, ...]. */
  readonly centre: tf.Tensor;
  /** One for all rows, or one a row, [m, 1, ...]. */
  readonly eps: Lengths;
  /** eps times a number: the length of a step. */
  partOfEps(part: number): Lengths;
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

/** x minus this times |x| is the next float32 below x, or the one after that where x is a power of two. */
const ONE_FLOAT = 1.5 * 2 ** -24;

/**
 * The ball about inputs, in the norm and within the bounds of the settings.
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

  /**
   * The centre moved by delta, |delta| <= eps. Where float32 rounds the sum to a point farther away than the tolerance
   * allows, the entries that were rounded outwards go back by one float: none is then moved by more than delta has.
   */
  const moved = (delta: tf.Tensor): tf.Tensor => {
    const point = clip(centre.add(delta));
    const by = point.sub(centre);
    const tooFar = norm
      .measure(by)
      .greater(tf.mul(eps, 1 + EPS_TOLERANCE))
      .toFloat();
    const outwards = tf.abs(by).greater(tf.abs(delta)).toFloat();
    return point.sub(signOf(by).mul(tf.abs(point)).mul(outwards.mul(tooFar)).mul(ONE_FLOAT));
  };

  const ball: Ball = {
    centre,
    eps,
    partOfEps: (part) => (typeof eps === 'number' ? eps * part : eps.mul(part)),
    nearest: (point) => moved(norm.project(point.sub(centre), eps)),
    ascend(point, gradient, length) {
      // The steepest step in l1 moves one entry alone, and the bounds would leave little of it.
      if (norm.name === 'l1') return ball.ascendInBounds(point, gradient, length);
      return tf.tidy(() => ball.nearest(point.add(norm.steepest(inward(point, gradient), length))));
    },
    ascendInBounds: (point, gradient, length) =>
      tf.tidy(() => ball.nearest(point.add(steepest(point, gradient, length)))),
    pointAt: (delta) => tf.tidy(() => moved(delta.mul(eps))),
    rimAt: (delta) => tf.tidy(() => moved(delta.div(norm.measure(delta)).mul(eps))),
  };
  return ball;
}
