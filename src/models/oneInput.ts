import type { tf } from '../runtime/tf.ts';

// TensorFlow.js calls a layer with the tensor or the shape of its input, or with a list of these.

/** The tensor of a layer's one input. */
export const oneTensor = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor =>
  Array.isArray(inputs) ? inputs[0]! : inputs;

/** The shape of a layer's one input. */
export const oneShape = (shapes: tf.Shape | tf.Shape[]): tf.Shape =>
  Array.isArray(shapes[0]) ? shapes[0] : (shapes as tf.Shape);
