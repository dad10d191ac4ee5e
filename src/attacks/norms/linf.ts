import { tf } from '../../runtime/tf.ts';
import { maxAbs, type Norm } from './norm.ts';

/** The maximum norm. */
export const linf: Norm = {
  name: 'linf',
  measure: maxAbs,
  project: (delta, eps) => tf.minimum(tf.maximum(delta, eps.neg()), eps),
  // The WebAssembly engine takes the sign of anything below 1e-7 for zero; infinities have the right one.
  steepest: (gradient) => tf.sign(gradient.mul(3e38)),
  randomInUnitBall(random, out) {
    for (let i = 0; i < out.length; i++) out[i] = 2 * random.uniform() - 1;
  },
};
