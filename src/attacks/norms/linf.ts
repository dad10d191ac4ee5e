import { tf } from '../../runtime/tf.ts';
import { pointWhere, TO_A_ROUNDING } from './curve.ts';
import { inner, maxAbs, type Norm, signOf, steepestInOnePass, sumAbs } from './norm.ts';

/** The maximum norm. */
export const linf: Norm = {
  name: 'linf',
  measure: maxAbs,
  dual: sumAbs,
  project: (delta, eps) =>
    typeof eps === 'number'
      ? tf.clipByValue(delta, -eps, eps)
      : tf.minimum(tf.maximum(delta, eps.neg()), eps),
  steepest: (gradient, length) => steepestInOnePass('linf', gradient, length) ?? signOf(gradient).mul(length),
  steepestWithin: (_, room, length) => tf.minimum(room, length),
  shortestWithin: (slope, room, gain) =>
    pointWhere(
      {
        at: (t) => tf.minimum(t, room),
        end: room,
        to: maxAbs(room),
        halvings: TO_A_ROUNDING,
        growth: (u) => inner(slope, u),
      },
      gain,
      sumAbs(slope),
    ),
  randomInUnitBall(random, out) {
    for (let i = 0; i < out.length; i++) out[i] = 2 * random.uniform() - 1;
  },
};
