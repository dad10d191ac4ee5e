import { tf } from './tf.ts';

/** The part of tfjs-node's backend that is relied on here. */
export interface NativeBackend {
  readonly binding: { readonly [constant: string]: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: object[],
    inputs: tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

/** TensorFlow's own operations that TensorFlow.js does not offer; null on engines that are not TensorFlow. */
const native = (): NativeBackend | null =>
  tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : null;

/** The attribute of an operation on float32. */
export const float32 = ({ TF_ATTR_TYPE, TF_FLOAT }: NativeBackend['binding']): object => ({
  name: 'T',
  type: TF_ATTR_TYPE,
  value: TF_FLOAT,
});

/**
 * min(max(x, low), high) entry by entry, for bounds of the shape of x: on TensorFlow's own engines in one pass. Without a
 * gradient. All float32.
 */
export function clipBetween(x: tf.Tensor, low: tf.Tensor, high: tf.Tensor): tf.Tensor {
  const backend = native();
  if (!backend) return tf.tidy(() => tf.minimum(tf.maximum(x, low), high));
  return backend.executeSingleOutput('ClipByValue', [float32(backend.binding)], [x, low, high]);
}

/**
 * The Euclidean norm of each sample in one pass of TensorFlow's own, [n, 1, ...]; null on other engines. Without a
 * gradient.
 * @param x [n, ...], float32
 */
export function euclideanNorms(x: tf.Tensor): tf.Tensor | null {
  const backend = native();
  if (!backend) return null;
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_INT32 } = backend.binding;
  const attributes = [
    { name: 'keep_dims', type: TF_ATTR_BOOL, value: true },
    float32(backend.binding),
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

/**
 * log sum exp(z) - <labels, z> of each row, for labels that sum to 1, and its gradient in z, in one operation of
 * TensorFlow's own; null on other engines. All float32.
 * @param z logits [n, k]
 * @param labels [n, k]
 */
export function softmaxCrossEntropy(
  z: tf.Tensor,
  labels: tf.Tensor,
): { readonly loss: tf.Tensor; readonly gradient: tf.Tensor } | null {
  const backend = native();
  if (!backend) return null;
  const attributes = [float32(backend.binding)];
  const name = 'SoftmaxCrossEntropyWithLogits';
  const [loss, gradient] = backend.executeMultipleOutputs(name, attributes, [z, labels], 2);
  return { loss: loss!, gradient: gradient! };
}

/**
 * v sigma'(u) entry by entry from h = sigma(u), sigma ReLU or tanh, in one pass of TensorFlow's own; null on other
 * engines. Without a gradient. All float32.
 */
export function timesSlope(sigma: 'relu' | 'tanh', v: tf.Tensor, h: tf.Tensor): tf.Tensor | null {
  const backend = native();
  if (!backend) return null;
  const attributes = [float32(backend.binding)];
  if (sigma === 'relu') return backend.executeSingleOutput('ReluGrad', attributes, [v, h]);
  return backend.executeSingleOutput('TanhGrad', attributes, [h, v]);
}
