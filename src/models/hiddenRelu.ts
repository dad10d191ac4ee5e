import { tensorOf } from '../runtime/hostNumbers.ts';
import { rowFunction } from '../runtime/rows.ts';
import { tf } from '../runtime/tf.ts';
import type { FrozenChain, ValueAndSlope } from './frozenChain.ts';
import type { AffineTensors, ElementwiseTensors, TensorStep } from './tensorSteps.ts';
import { transposedProduct } from './transposedProduct.ts';

/** Entries of a product times this pass the 6 of ReLU6 wherever they are above zero: all but those below 2^-57. */
export const STEEP = 2 ** 60;

/** The layers of relu(x K + b) a + beta; null where the chain is another one. */
export function reluLayers(steps: readonly TensorStep[]): {
  readonly hidden: AffineTensors;
  readonly activation: ElementwiseTensors['activation'];
  readonly readout: AffineTensors;
} | null {
  const [hidden, relu, readout] = steps;
  if (steps.length !== 3 || hidden?.kind !== 'affine') return null;
  if (relu?.kind !== 'elementwise' || !relu.activation.ramp || relu.mean !== 0) return null;
  if (readout?.kind !== 'affine' || readout.kernel.shape[1] !== 1) return null;
  return { hidden, activation: relu.activation, readout };
}

/**
 * f(x) = relu(x K) a + b, one hidden layer of ReLU without biases behind inputs [n, d], as a {@link FrozenChain}. With
 * ReLU6 a steep product becomes six times the slopes of ReLU in one pass, and because relu is positively homogeneous
 * f(x) = <grad f(x), x> + b (Euler): value and gradient together cost the two products and little more.
 * @returns null for other steps than these. Within a tidy, which disposes its constants.
 */
export function hiddenRelu(steps: readonly TensorStep[]): FrozenChain | null {
  const layers = reluLayers(steps);
  if (!layers || layers.hidden.bias) return null;
  const { hidden, activation, readout } = layers;
  const { bias, kernel: weights } = readout;
  // One number takes a faster addition than a row of one.
  const shift = bias?.reshape([]);
  const shifted = (product: tf.Tensor): tf.Tensor => (shift ? product.add(shift) : product);

  const steep = hidden.kernel.mul(STEEP) as tf.Tensor2D;
  const back = transposedProduct(hidden.kernel.mul(weights.reshape([-1]).div(6)) as tf.Tensor2D);

  const f = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const h = tf.tidy(() => activation.value(tf.matMul(x, hidden.kernel))) as tf.Tensor2D;
    save([h]);
    return {
      value: tf.tidy(() => shifted(tf.matMul(h, weights))),
      gradFunc: (dy: tf.Tensor, [kept]: tf.Tensor[]) =>
        tf.tidy(() => back(activation.slope(kept!)).mul(dy.mul(6))),
    };
  }) as (x: tf.Tensor) => tf.Tensor;

  let b: number | undefined;
  /** <grad f(x), x> + b, [n, 1] */
  const valueAt = (x: tf.Tensor, gradient: tf.Tensor): tf.Tensor => {
    const inner = rowFunction('inner', x.size);
    if (!inner) return shifted(tf.sum(gradient.mul(x), 1, true));
    // Read once: an addition of the engine's own takes longer than both.
    b ??= shift?.dataSync()[0] ?? 0;
    const rows = x.shape[0]!;
    return inner([gradient, x, tensorOf(new Float32Array(rows).fill(b), [rows])], [rows, 1]);
  };

  const slope = (x: tf.Tensor): ValueAndSlope =>
    tf.tidy(() => {
      const slopes = tf.tidy(() => tf.relu6(tf.matMul(x as tf.Tensor2D, steep))) as tf.Tensor2D;
      const gradient = back(slopes);
      slopes.dispose();
      return { value: tf.tidy(() => valueAt(x, gradient)), gradient };
    });
  return Object.assign(f, { slope });
}
