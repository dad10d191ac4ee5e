import { tf } from '../runtime/tf.ts';

/** A tensor's values on the host, as they go into a file. */
export interface HostTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly values: Float32Array | Int32Array;
}

/** Reads a tensor back; the tensor stays. */
export async function toHost(name: string, tensor: tf.Tensor): Promise<HostTensor> {
  const values = (await tensor.data()) as Float32Array | Int32Array;
  return { name, shape: tensor.shape, dtype: tensor.dtype as HostTensor['dtype'], values: values.slice() };
}

/** Gives a variable the values read from it, or from its like, before. */
export function assign(variable: tf.Variable, { values, shape, dtype }: HostTensor): void {
  const tensor = tf.tensor(values, [...shape], dtype);
  variable.assign(tensor);
  tensor.dispose();
}
