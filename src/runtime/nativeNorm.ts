import { tf } from './tf.ts';

/** The part of tfjs-node's backend that is relied on here. */
interface NativeBackend {
  readonly binding: { readonly [constant: string]: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

/**
 * The Euclidean norm of each sample in one pass of TensorFlow's own, [n, 1, ...]; null on other engines. Without a
 * gradient.
 * @param x [n, ...], float32
 */
export function euclideanNorms(x: tf.Tensor): tf.Tensor | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const attributes = [
    { name: 'keep_dims', type: TF_ATTR_BOOL, value: true },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'Tidx', type: TF_ATTR_TYPE, value: TF_INT32 },
  ];
  return tf.tidy(() => {
    const axes = tf.tensor1d(
      x.shape.slice(1).map((_, i) => i + 1),
      'int32',
    );
    return backend.executeSingleOutput('EuclideanNorm', attributes, [x, axes]);
  });
}
