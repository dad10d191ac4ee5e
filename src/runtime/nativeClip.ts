import { tf } from './tf.ts';

/** The part of tfjs-node's backend that is relied on here. */
interface NativeBackend {
  readonly binding: { readonly [constant: string]: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

/**
 * min(max(x, low), high) entry by entry, for bounds of the shape of x: on TensorFlow's own engines in one pass. Without a
 * gradient. All float32.
 */
export function clipBetween(x: tf.Tensor, low: tf.Tensor, high: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'tensorflow') return tf.tidy(() => tf.minimum(tf.maximum(x, low), high));
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
  return backend.executeSingleOutput('ClipByValue', attributes, [x, low, high]);
}
