import { tf } from '../../runtime/tf.ts';
import { pointWhere, TO_A_ROUNDING } from './curve.ts';
import { inner, maxAbs, type Norm, signOf, steepestInOnePass, sumAbs } from './norm.ts';

/** The sum of absolute values. */
export const l1: Norm = {
  name: 'l1',
  measure: sumAbs,
  dual: maxAbs,

  /**
   * Soft thresholding at theta, the projection of |delta| on the simplex (Duchi, Shalev-Shwartz, Singer & Chandra
   * 2008): for entries sorted downwards theta is the largest (u_1 + ... + u_k - eps) / k, or 0 inside the ball.
   */
  project(delta, eps) {
    const rows = delta.reshape([delta.shape[0]!, -1]);
    const size = rows.shape[1]!;
    const sizes = tf.abs(rows);
    const sums = tf.cumsum(tf.topk(sizes, size, true).values, 1);
    const excess = sums.sub(typeof eps === 'number' ? eps : eps.reshape([-1, 1]));
    const theta = tf.relu(tf.max(excess.div(tf.range(1, size + 1)), 1, true));
    return tf.relu(sizes.sub(theta)).mul(signOf(rows)).reshape(delta.shape);
  },

  /** All of it along the coordinate of the largest slope. */
  steepest(gradient, length) {
    const found = steepestInOnePass('l1', gradient, length);
    if (found) return found;
    const rows = gradient.reshape([gradient.shape[0]!, -1]);
    // Not oneHot, which refuses a single coordinate.
    const largest = tf.equal(
      tf.range(0, rows.shape[1]!, 1, 'int32'),
      tf.argMax(tf.abs(rows), 1).expandDims(1),
    );
    return signOf(rows).mul(largest.toFloat()).reshape(gradient.shape).mul(length);
  },

  steepestWithin: (slope, room, length) =>
    pointWhere({ ...steepestFirst(slope, room), growth: sumAbs }, length),

  shortestWithin: (slope, room, gain) =>
    pointWhere({ ...steepestFirst(slope, room), growth: (u) => inner(slope, u) }, gain),

  /** Spacings of exponential variables are uniform on the simplex; one more of them makes its inside uniform. */
  randomInUnitBall(random, out) {
    const exponential = (): number => -Math.log(1 - random.uniform());
    let total = exponential();
    for (let i = 0; i < out.length; i++) total += out[i] = exponential();
    for (let i = 0; i < out.length; i++) out[i]! *= (random.uniform() < 0.5 ? -1 : 1) / total;
  },
};

/** All the room of the entries whose slope is at least 1 / t, and nothing of the others: the steepest entries first. */
const steepestFirst = (slope: tf.Tensor, room: tf.Tensor) => ({
  at: (t: tf.Tensor): tf.Tensor => tf.where(slope.mul(t).greaterEqual(1), room, tf.zerosLike(room)),
  end: room,
  // Slopes below 2^-90 of the largest gain nothing.
  to: tf.onesLike(maxAbs(room)).mul(2 ** 90),
  halvings: TO_A_ROUNDING,
});
