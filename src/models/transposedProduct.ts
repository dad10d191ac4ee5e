import { tf } from '../runtime/tf.ts';

/**
 * v to v K'. TensorFlow takes a transposed factor in the time of another, within 4 per cent; WebAssembly does not, and has K
 * transposed once. Within a tidy, which disposes what is transposed.
 */
export function transposedProduct(kernel: tf.Tensor2D): (v: tf.Tensor) => tf.Tensor {
  if (tf.getBackend() === 'tensorflow') return (v) => tf.matMul(v as tf.Tensor2D, kernel, false, true);
  const transposed = tf.transpose(kernel) as tf.Tensor2D;
  return (v) => tf.matMul(v as tf.Tensor2D, transposed);
}
