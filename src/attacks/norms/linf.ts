import { tf } from '../../runtime/tf.ts';
import { maxAbs, type Norm } from './norm.ts';

/** The maximum norm. */
export const linf: Norm = {
  name: 'linf',
  measure: maxAbs,
  project: (delta, eps) => tf.minimum(tf.maximum(delta, eps.neg()), eps),
  steepest: (gradient) => tf.sign(gradient),
  randomInUnitBall(random, out) {
    for (let i = 0; i < out.length; i++) out[i] = 2 * random.uniform() - 1;
  },
};
