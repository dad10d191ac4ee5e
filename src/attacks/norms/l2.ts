import { tf } from '../../runtime/tf.ts';
import { maxAbs, type Norm, sampleAxes } from './norm.ts';

/** The Euclidean norm. */
export const l2: Norm = {
  name: 'l2',

  measure: (delta) => tf.sqrt(tf.sum(tf.square(delta), sampleAxes(delta), true)),

  // delta min(1, eps / |delta|), written so that delta = 0 stays 0.
  project: (delta, eps) => delta.mul(eps.div(tf.maximum(l2.measure(delta), eps).add(1e-30))),

  // Squares of gradients near 1e-20 underflow in float32, so the largest entry is made 1 first; then |g| >= 1.
  steepest(gradient) {
    const largest = maxAbs(gradient);
    const scaled = gradient.div(tf.where(largest.greater(0), largest, tf.onesLike(largest)));
    return scaled.div(tf.maximum(l2.measure(scaled), 1));
  },

  randomInUnitBall(random, out) {
    random.fillGaussian(out);
    let square = 0;
    for (const value of out) square += value * value;
    const scale = random.uniform() ** (1 / out.length) / Math.sqrt(square);
    for (let i = 0; i < out.length; i++) out[i]! *= scale;
  },
};
