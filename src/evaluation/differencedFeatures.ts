import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { tf } from '../runtime/tf.ts';

/** Step of the central differences, for inputs of order one: rounding of float32 and curvature both cost about 1e-4. */
const STEP = 2e-3;

/**
 * Any TensorFlow.js map of batches as frozen features. Derivatives are central differences, which need nothing of a layer
 * but its output; activations with kinks are averaged over the step. float32.
 * @param apply [n, ...shape] to [n, ...]; outputs are flattened
 */
export function differencedFeatures(
  apply: (x: tf.Tensor) => tf.Tensor,
  { shape, units }: { shape: readonly number[]; units: number },
): FrozenFeatures {
  const inputDim = shape.reduce((product, axis) => product * axis, 1);
  const read = async (make: () => tf.Tensor): Promise<Float64Array> => {
    const tensor = tf.tidy(make);
    const values = Float64Array.from(await tensor.data());
    tensor.dispose();
    return values;
  };
  const at = (x: Float64Array, rows: number): tf.Tensor =>
    apply(tf.tensor(Float32Array.from(x), [rows, ...shape])).reshape([rows, units]);
  return {
    name: 'TensorFlow.js in float32, central differences',
    inputDim,
    units,
    widest: Math.max(inputDim, units),
    features: (x, n) => read(() => at(x, n)),
    along(x, v, n, k) {
      const moved = (side: number): Float64Array => {
        const points = new Float64Array(v.length);
        for (let r = 0; r < n * k; r++) {
          const row = Math.floor(r / k) * inputDim;
          for (let j = 0; j < inputDim; j++)
            points[r * inputDim + j] = x[row + j]! + side * STEP * v[r * inputDim + j]!;
        }
        return points;
      };
      return read(() =>
        at(moved(1), n * k)
          .sub(at(moved(-1), n * k))
          .div(2 * STEP),
      );
    },
  };
}
