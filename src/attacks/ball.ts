import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import type { Lengths } from './norms/index.ts';

/** The inputs that an attack may choose from: within eps of the centre, row by row, and within the bounds. */
export interface Ball {
  readonly centre: tf.Tensor;
  /** One for all rows, or one a row, [m, 1, ...]. */
  readonly eps: Lengths;
  /** Back into the ball: projects about the centre, then clips to the bounds, which brings no entry further out. */
  nearest(point: tf.Tensor): tf.Tensor;
  /** `nearest(point + v)`, v the steepest step of that length. */
  ascend(point: tf.Tensor, gradient: tf.Tensor, length: Lengths): tf.Tensor;
  /** The points of the ball that deltas of the unit ball name, then clipped to the bounds. */
  pointAt(delta: tf.Tensor): tf.Tensor;
  /** Points at distance eps from the centre in the direction of those deltas, then clipped to the bounds. */
  rimAt(delta: tf.Tensor): tf.Tensor;
}

export function ballAbout(centre: tf.Tensor, eps: Lengths, { norm, bounds }: AttackSettings): Ball {
  const clip = (x: tf.Tensor): tf.Tensor => (bounds ? tf.clipByValue(x, ...bounds) : x);

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

  const ball: Ball = {
    centre,
    eps,
    nearest: (point) => clip(centre.add(norm.project(point.sub(centre), eps))),
    ascend: (point, gradient, length) =>
      tf.tidy(() => ball.nearest(point.add(norm.steepest(inward(point, gradient), length)))),
    pointAt: (delta) => tf.tidy(() => clip(centre.add(delta.mul(eps)))),
    rimAt: (delta) => tf.tidy(() => clip(centre.add(delta.div(norm.measure(delta)).mul(eps)))),
  };
  return ball;
}
