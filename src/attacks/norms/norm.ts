import type { Stream } from '../../random/stream.ts';
import { tf } from '../../runtime/tf.ts';

/**
 * What an attack needs of a norm. Every operation is per sample: over all axes but the first. `eps` is a scalar, or
 * one value a sample, shaped to broadcast against the batch.
 */
export interface Norm {
  readonly name: 'l2' | 'linf';
  /** |delta| of each sample, [n, 1, ...]. */
  measure(delta: tf.Tensor): tf.Tensor;
  /** The nearest point of the ball of radius eps. */
  project(delta: tf.Tensor, eps: tf.Tensor): tf.Tensor;
  /** The direction v, |v| = 1, that maximises <gradient, v>; zero where the gradient is zero. */
  steepest(gradient: tf.Tensor): tf.Tensor;
  /** A point uniform in the unit ball of R^size, written to `out`. */
  randomInUnitBall(random: Stream, out: Float32Array): void;
}

/** The axes of one sample. */
export const sampleAxes = (x: tf.Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, i) => i + 1);

/** max |x| of each sample, [n, 1, ...]. */
export const maxAbs = (x: tf.Tensor): tf.Tensor => tf.max(tf.abs(x), sampleAxes(x), true);
