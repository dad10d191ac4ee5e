import { tf } from '../../runtime/tf.ts';
import { maxAbs, type Norm, signOf, sumAbs } from './norm.ts';

/** The maximum norm. */
export const linf: Norm = {
  name: 'linf',
  measure: maxAbs,
  dual: sumAbs,
  project: (delta, eps) =>
    typeof eps === 'number'
      ? tf.clipByValue(delta, -eps, eps)
      : tf.minimum(tf.maximum(delta, eps.neg()), eps),
  steepest: (gradient, length) => signOf(gradient).mul(length),
  randomInUnitBall(random, out) {
    for (let i = 0; i < out.length; i++) out[i] = 2 * random.uniform() - 1;
  },
};
