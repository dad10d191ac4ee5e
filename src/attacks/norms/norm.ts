import type { Stream } from '../../random/stream.ts';
import { rowFunction } from '../../runtime/rows.ts';
import { tf } from '../../runtime/tf.ts';

/** A length for every sample: one number for all, or a tensor that broadcasts against the batch, [n, 1, ...]. */
export type Lengths = number | tf.Tensor;

/** What an attack needs of a norm. Every operation is per sample: over all axes but the first. */
export interface Norm {
  /** As options name it. */
  readonly name: 'l2' | 'linf' | 'l1';
  /** |delta| of each sample, [n, 1, ...]. */
  measure(delta: tf.Tensor): tf.Tensor;
  /** max of <gradient, v> over |v| <= 1 for each sample, [n, 1, ...]. */
  dual(gradient: tf.Tensor): tf.Tensor;
  /** The nearest point (in the Euclidean sense) of the ball of radius eps; points inside stay as they are. */
  project(delta: tf.Tensor, eps: Lengths): tf.Tensor;
  /** The step v with |v| = length that maximises <gradient, v>; zero where the gradient is zero. */
  steepest(gradient: tf.Tensor, length: Lengths): tf.Tensor;
  /**
   * The u of greatest <slope, u> with 0 <= u <= room and |u| <= length; `room` itself where that is no longer.
   * @param slope entries >= 0, the largest of each sample 1 or all of them 0
   * @param room entries >= 0, finite, 0 where the slope is
   */
  steepestWithin(slope: tf.Tensor, room: tf.Tensor, length: Lengths): tf.Tensor;
  /**
   * The u of least |u| with 0 <= u <= room and <slope, u> >= gain: with the sign of the gradient, the projection in this
   * norm on a half-space and a box (Croce & Hein 2020). `room` itself where no u gains as much.
   */
  shortestWithin(slope: tf.Tensor, room: tf.Tensor, gain: Lengths): tf.Tensor;
  /** A point uniform in the unit ball of R^size, written to `out`. */
  randomInUnitBall(random: Stream, out: Float32Array): void;
}

/** A length for each of so many rows, [rows]. */
export const eachRow = (length: Lengths, rows: number): tf.Tensor =>
  typeof length === 'number' ? tf.tensor1d(new Float32Array(rows).fill(length)) : length;

/** `steepest` of a norm in one pass; null on engines that have none. */
export function steepestInOnePass(
  name: Norm['name'],
  gradient: tf.Tensor,
  length: Lengths,
): tf.Tensor | null {
  const pass = rowFunction(`steepest-${name}`, gradient.size);
  return pass && tf.tidy(() => pass([gradient, eachRow(length, gradient.shape[0]!)], gradient.shape));
}

/** The smallest divisor that no engine flushes to zero. */
export const TINY = 1.2e-38;

/** Longer than any step that makes sense in float32. */
export const LONGEST = 1e18;

/** The axes of one sample. */
export const sampleAxes = (x: tf.Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, i) => i + 1);

/** max |x| of each sample, [n, 1, ...]. */
export const maxAbs = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.max(tf.abs(x), sampleAxes(x), true));

/**
 * The sum of each sample, [n, 1, ...]. Not as a product with ones, whose roundings would depend on the other samples of
 * the batch.
 */
export const sums = (x: tf.Tensor): tf.Tensor => tf.sum(x, sampleAxes(x), true);

/** sum |x| of each sample, [n, 1, ...]. */
export const sumAbs = (x: tf.Tensor): tf.Tensor => tf.tidy(() => sums(tf.abs(x)));

/** <a, b> of each sample, [n, 1, ...]. */
export const inner = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.tidy(() => sums(a.mul(b)));

/** -1, 0 or 1. The WebAssembly engine takes the sign of anything below 1e-7 for zero; infinities have the right one. */
export const signOf = (x: tf.Tensor): tf.Tensor => tf.tidy(() => tf.sign(x.mul(3e38)));
