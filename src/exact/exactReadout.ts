import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkRows } from '../data/checkRows.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { ridge, ridgeWithIntercept } from './ridge.ts';

/** What {@link trainReadoutExactly} is told. */
export interface ExactReadoutOptions {
  /** Penalty (lambda / 2) |theta|^2, >= 0. Default 0. */
  readonly lambda?: number;
}

const OPTIONS: OptionNames<ExactReadoutOptions> = { lambda: true };

/**
 * Normal training (eps = 0) of a read-out on everything before it, solved exactly in float64: the model's last layer gets
 * the ridge solution, at lambda = 0 the minimum-norm interpolator or least squares. A last layer with a bias gets the
 * intercept, which is not penalised; one without is trained without.
 * @throws InvalidArgumentError for unknown options, and rows or a penalty out of range; UserError when lambda = 0 and the
 * features lack full rank
 */
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactReadoutOptions = {},
): Promise<void> {
  checkOptions('trainReadoutExactly, which trains at eps = 0', options, OPTIONS);
  const { lambda = 0 } = options;
  checkRows(data);
  const features = tf.tidy(() => featuresOf(model, toTensors(data).x));
  const phi = Float64Array.from(await features.data());
  features.dispose();
  if (!hasBias(model)) return setReadout(model, ridge(phi, data.y, lambda));
  const { theta, intercept } = ridgeWithIntercept(phi, data.y, lambda);
  setReadout(model, theta, intercept);
}

/** What the last layer of a model sees, [n, N]. */
function featuresOf(model: tf.LayersModel, x: tf.Tensor): tf.Tensor {
  const seen = model.layers.at(-1)!.input as tf.SymbolicTensor;
  if (seen === model.inputs[0]) return x;
  return tf.model({ inputs: model.inputs, outputs: seen }).predict(x) as tf.Tensor;
}

const hasBias = (model: tf.LayersModel): boolean => model.layers.at(-1)!.getConfig().useBias === true;

/**
 * Gives the last layer of a model the weights theta and, where it has a bias, the intercept, rounded to float32.
 * @param theta one for each weight of the last layer, [N, 1]
 * @param intercept default 0
 * @throws InvalidArgumentError for an intercept other than 0 where the last layer has no bias
 */
export function setReadout(model: tf.LayersModel, theta: ArrayLike<number>, intercept = 0): void {
  const bias = hasBias(model);
  if (!bias && intercept !== 0)
    throw new InvalidArgumentError('intercept', intercept, '0 for a last layer without a bias');
  tf.tidy(() => {
    const column = tf.tensor2d(Float32Array.from(theta), [theta.length, 1]);
    model.layers.at(-1)!.setWeights(bias ? [column, tf.tensor1d([intercept])] : [column]);
  });
}
