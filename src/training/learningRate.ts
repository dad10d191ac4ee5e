import type { tf } from '../runtime/tf.ts';

/** Sets the rate of any tf.Optimizer. SGD has a setter of its own; the others read a protected field at each step. */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  if ('setLearningRate' in optimizer) (optimizer as tf.SGDOptimizer).setLearningRate(rate);
  else Reflect.set(optimizer, 'learningRate', rate);
}

/**
 * 1 / (3 sqrt P) with P the largest fan-in of the weights: a third of the size of one weight when the output is of size 1.
 * A read-out trained from zero needs tens of such steps to grow, and the third is what the last per cent of the objective
 * asks for: three times the rate left two to five times the excess on random features at every setting tried.
 */
export const defaultLearningRate = (weights: readonly tf.Variable[]): number =>
  1 / (3 * Math.sqrt(Math.max(...weights.map(fanIn))));

/** Inputs of one output: all axes but the last, which for a convolution [h, w, in, out] are the pixels and channels. */
const fanIn = ({ shape }: tf.Variable): number =>
  shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
