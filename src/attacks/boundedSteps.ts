import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import type { Lengths, Norm } from './norms/index.ts';
import { LONGEST, maxAbs, signOf, TINY } from './norms/norm.ts';

/** The optimal steps of a function linear in the input, from points within the bounds and never out of them. */
export interface BoundedSteps {
  /** The nearest point within the bounds; the point itself without bounds. */
  clip(point: tf.Tensor): tf.Tensor;
  /** The step v of greatest <gradient, v> among those with |v| <= length. */
  steepest(point: tf.Tensor, gradient: tf.Tensor, length: Lengths): tf.Tensor;
  /** The shortest step v with <gradient, v> >= gain; where none gains as much, the shortest of those that gain most. */
  shortest(point: tf.Tensor, gradient: tf.Tensor, gain: Lengths): tf.Tensor;
}

export function boundedSteps({ norm, bounds }: Pick<AttackSettings, 'norm' | 'bounds'>): BoundedSteps {
  if (!bounds) return freeSteps(norm);
  const [low, high] = bounds;

  /** What the norms solve: entries >= 0 along the gradient, of slope 1 at most. */
  const scaled = (point: tf.Tensor, gradient: tf.Tensor) => {
    const largest = tf.maximum(maxAbs(gradient), TINY);
    const sign = signOf(gradient);
    const ahead = tf.where(gradient.greater(0), tf.sub(high, point), point.sub(low));
    const room = tf.clipByValue(ahead, 0, LONGEST).mul(tf.abs(sign));
    return { slope: tf.abs(gradient).div(largest), room, largest, sign };
  };

  return {
    clip: (point) => tf.clipByValue(point, low, high),
    steepest: (point, gradient, length) =>
      tf.tidy(() => {
        const { slope, room, sign } = scaled(point, gradient);
        return norm.steepestWithin(slope, room, length).mul(sign);
      }),
    shortest: (point, gradient, gain) =>
      tf.tidy(() => {
        const { slope, room, sign, largest } = scaled(point, gradient);
        return norm.shortestWithin(slope, room, tf.relu(tf.div(gain, largest))).mul(sign);
      }),
  };
}

const freeSteps = (norm: Norm): BoundedSteps => ({
  clip: (point) => point.clone(),
  steepest: (_, gradient, length) => norm.steepest(gradient, length),
  shortest: (_, gradient, gain) =>
    tf.tidy(() => {
      const length = tf.relu(tf.div(gain, tf.maximum(norm.dual(gradient), TINY)));
      return norm.steepest(gradient, tf.minimum(length, LONGEST));
    }),
});
