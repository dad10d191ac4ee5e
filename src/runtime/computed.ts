import { tf } from './tf.ts';

/** The values of the tensor that `work` computes, float32; it and all tensors made on the way are disposed. */
export async function computed(work: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(work);
  try {
    return (await tensor.data()) as Float32Array;
  } finally {
    tensor.dispose();
  }
}
