import type { tf } from '../runtime/tf.ts';

/** Sets the rate of any tf.Optimizer. SGD has a setter of its own; the others read a protected field at each step. */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  if ('setLearningRate' in optimizer) (optimizer as tf.SGDOptimizer).setLearningRate(rate);
  else Reflect.set(optimizer, 'learningRate', rate);
}

/** 1 / sqrt(P) with P the largest fan-in of the weights: the size of one weight when the output is of size 1. */
export const defaultLearningRate = (weights: readonly tf.Variable[]): number =>
  1 / Math.sqrt(Math.max(...weights.map((w) => w.shape[0] ?? 1)));
