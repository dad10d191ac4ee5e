import type { Dataset } from '../data/dataset.ts';
import { toTensors } from '../data/dataset.ts';
import { tf } from '../runtime/tf.ts';
import { ridge } from './ridge.ts';

/**
 * Normal training (eps = 0) of a read-out without bias on everything before it, solved exactly in float64: the model's
 * last layer gets the ridge solution, at lambda = 0 the minimum-norm interpolator or least squares.
 * @throws UserError when lambda = 0 and the features lack full rank
 */
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  lambda: number,
): Promise<void> {
  const readout = model.layers.at(-1)!;
  const phi = tf.tidy(() => {
    const { x } = toTensors(data);
    return tf
      .model({ inputs: model.inputs, outputs: readout.input as tf.SymbolicTensor })
      .predict(x) as tf.Tensor;
  });
  const theta = ridge(Float64Array.from(await phi.data()), data.y, lambda);
  phi.dispose();
  const column = tf.tensor2d(Float32Array.from(theta), [theta.length, 1]);
  readout.setWeights([column]);
  column.dispose();
}
