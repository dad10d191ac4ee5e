import { tf } from '../../runtime/tf.ts';
import { evolve } from '../perSample.ts';
import { type Lengths, TINY } from './norm.ts';

/** A curve of points for each sample, along which something grows. */
export interface Curve {
  /** The points for parameters [n, 1, ...]. */
  at(parameter: tf.Tensor): tf.Tensor;
  /** The last of the points. */
  readonly end: tf.Tensor;
  /** Parameters behind which nothing changes, [n, 1, ...]. */
  readonly to: tf.Tensor;
  /** How often the logarithm of the ratio of the parameters is halved. */
  readonly halvings: number;
  /** What grows, [n, 1, ...]. */
  growth(point: tf.Tensor): tf.Tensor;
}

/** Halvings of log(to / from) that bring any ratio up to 2^100 down to 1 + 7e-8, a rounding of float32. */
export const TO_A_ROUNDING = 30;

/**
 * The points of a curve at which its growth reaches `goal`, or the end where it never does. Bisects the
 * logarithm of the parameter; between the two points that are left it goes straight, so that a growth that is linear in
 * the point reaches the goal to a rounding, also where it jumps as a function of the parameter.
 * @param rate [n, 1, ...], such that the goal is not reached before goal / rate; by default it is not before 1/2
 */
export function pointWhere(
  { at, end, to, halvings, growth }: Curve,
  goal: Lengths,
  rate?: tf.Tensor,
): tf.Tensor {
  const wanted = tf.minimum(goal, growth(end));
  const from = rate ? wanted.div(tf.maximum(rate, TINY)) : tf.fill(wanted.shape, 0.5);
  let bracket: Bracket = { from, to: to.clone() };
  for (let i = 0; i < halvings; i++) {
    bracket = evolve(bracket, (now): Bracket => {
      // The root of each: their product may leave the range of float32.
      const middle = tf.sqrt(now.from).mul(tf.sqrt(now.to));
      const enough = growth(at(middle)).greaterEqual(wanted);
      return { from: tf.where(enough, now.from, middle), to: tf.where(enough, middle, now.to) };
    });
  }
  const near = at(bracket.from);
  const far = at(bracket.to);
  const reached = growth(near);
  const part = wanted.sub(reached).div(tf.maximum(growth(far).sub(reached), TINY));
  return near.add(far.sub(near).mul(tf.clipByValue(part, 0, 1)));
}

type Bracket = { readonly from: tf.Tensor; readonly to: tf.Tensor };
