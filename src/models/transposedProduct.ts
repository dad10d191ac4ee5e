import { tf } from '../runtime/tf.ts';

/** Numbers of a kernel that TensorFlow transposes in more time than it loses in a few products with the transposed. */
const SMALL = 2e4;

/**
 * v to v K'. K is transposed once, for products with a transposed factor are slower: on WebAssembly much, on TensorFlow by 3
 * per cent. Within a tidy, which disposes what is transposed.
 */
export function transposedProduct(kernel: tf.Tensor2D): (v: tf.Tensor) => tf.Tensor {
  if (tf.getBackend() === 'tensorflow' && kernel.size <= SMALL)
    return (v) => tf.matMul(v as tf.Tensor2D, kernel, false, true);
  const transposed = tf.transpose(kernel) as tf.Tensor2D;
  return (v) => tf.matMul(v as tf.Tensor2D, transposed);
}
