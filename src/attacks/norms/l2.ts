import { euclideanNorms } from '../../runtime/nativeOps.ts';
import { tf } from '../../runtime/tf.ts';
import { pointWhere } from './curve.ts';
import { inner, maxAbs, type Norm, steepestInOnePass, sums, TINY } from './norm.ts';

/**
 * The Euclidean norm. What is between two results is disposed at once: on CPUs the next one then has its memory, where
 * fresh pages would cost as much as the arithmetic.
 */
export const l2: Norm = {
  name: 'l2',

  measure: (delta) => euclideanNorms(delta) ?? tf.tidy(() => tf.sqrt(sums(tf.square(delta)))),

  dual(gradient) {
    const { scaled, largest } = scale(gradient);
    return l2.measure(scaled).mul(largest);
  },

  // delta min(1, eps / |delta|), written so that delta = 0 stays 0 where eps is 0, too.
  project: (delta, eps) =>
    tf.tidy(() => {
      const reach = tf.maximum(l2.measure(delta), eps);
      return delta.mul(tf.div(eps, typeof eps === 'number' && eps > TINY ? reach : reach.add(TINY)));
    }),

  steepest: (gradient, length) =>
    steepestInOnePass('l2', gradient, length) ??
    tf.tidy(() => {
      const { scaled } = scale(gradient);
      return scaled.mul(tf.div(length, tf.maximum(l2.measure(scaled), 1)));
    }),

  steepestWithin: (slope, room, length) =>
    pointWhere({ ...curve(slope, room), growth: l2.measure }, length, l2.measure(slope)),

  shortestWithin: (slope, room, gain) =>
    pointWhere({ ...curve(slope, room), growth: (u) => inner(slope, u) }, gain, inner(slope, slope)),

  randomInUnitBall(random, out) {
    random.fillGaussian(out);
    let square = 0;
    for (const value of out) square += value * value;
    const scale = random.uniform() ** (1 / out.length) / Math.sqrt(square);
    for (let i = 0; i < out.length; i++) out[i]! *= scale;
  },
};

/** Along the slope, each entry as far as its room: both optima within a box are of this kind (Karush, Kuhn & Tucker). */
const curve = (slope: tf.Tensor, room: tf.Tensor) => ({
  at: (t: tf.Tensor): tf.Tensor => tf.minimum(slope.mul(t), room),
  end: room,
  // Slopes below 2^-40 of the largest gain nothing that float32 could tell.
  to: maxAbs(room).mul(2 ** 40),
  // An error of 1e-4 in t is one of 1e-8 in the optimum, for the length is smooth there.
  halvings: 19,
});

/** Squares of gradients near 1e-20 underflow in float32, so the largest entry is made 1 first; then the norm is >= 1. */
function scale(gradient: tf.Tensor): { scaled: tf.Tensor; largest: tf.Tensor } {
  const largest = maxAbs(gradient);
  return { scaled: gradient.div(tf.maximum(largest, TINY)), largest };
}
