import { type Dataset, toTensors } from '../data/dataset.ts';
import { tf } from '../runtime/tf.ts';
import { ridge } from './ridge.ts';

/**
 * Normal training (eps = 0) of a read-out without bias on everything before it, solved exactly in float64: the model's
 * last layer gets the ridge solution, at lambda = 0 the minimum-norm interpolator or least squares.
 * @param lambda penalty (lambda / 2) |theta|^2, >= 0
 * @throws UserError when lambda = 0 and the features lack full rank
 */
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  lambda: number,
): Promise<void> {
  const features = tf.tidy(() => featuresOf(model, toTensors(data).x));
  const phi = Float64Array.from(await features.data());
  features.dispose();
  setReadout(model, ridge(phi, data.y, lambda));
}

/** What the last layer of a model sees, [n, N]. */
function featuresOf(model: tf.LayersModel, x: tf.Tensor): tf.Tensor {
  const seen = model.layers.at(-1)!.input as tf.SymbolicTensor;
  if (seen === model.inputs[0]) return x;
  return tf.model({ inputs: model.inputs, outputs: seen }).predict(x) as tf.Tensor;
}

/**
 * Gives the last layer of a model the weights theta, rounded to float32.
 * @param theta one for each weight of the last layer, [N, 1]
 */
export function setReadout(model: tf.LayersModel, theta: ArrayLike<number>): void {
  const column = tf.tensor2d(Float32Array.from(theta), [theta.length, 1]);
  model.layers.at(-1)!.setWeights([column]);
  column.dispose();
}
