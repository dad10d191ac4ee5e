import type { tf } from '../runtime/tf.ts';

/** All that an attack knows of a model: a differentiable function from a batch [n, ...] to outputs [n, k]. */
export type ModelFunction = (x: tf.Tensor) => tf.Tensor;

/** A tf.LayersModel (in inference mode) or a function, as a function. */
export function modelFunction(model: tf.LayersModel | ModelFunction): ModelFunction {
  return typeof model === 'function' ? model : (x) => model.apply(x, { training: false }) as tf.Tensor;
}
