import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkRows } from '../data/checkRows.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { hostFeatures } from '../models/hostSteps.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialRegression } from './adversarialRegression.ts';
import { EXACT_OPTIONS, type ExactOptions, resolveExact } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { readoutProblem } from './readoutProblem.ts';
import { solveReadout } from './solveReadout.ts';
import { solveRidge } from './solveRidge.ts';

/** What {@link trainReadoutExactly} is told. */
export interface ExactReadoutOptions extends Partial<ExactOptions> {
  /** Radius of the perturbations in l2; 0 is normal training. Default 0. */
  readonly eps?: number;
  /** Whether the bias of the last layer is fitted. Default: whether it has one; false leaves it at 0. */
  readonly fitIntercept?: boolean;
}

const OPTIONS: OptionNames<ExactReadoutOptions> = EXACT_OPTIONS;

/**
 * Trains the last layer of a model on everything before it, adversarially or not, solved exactly in float64: the layer gets
 * theta and, where it has a bias, the intercept, which is not penalised.
 *
 * At eps = 0 that is ridge regression on the features as the engine computes them, at lambda = 0 the minimum-norm
 * interpolator or least squares. At eps > 0 it is `adversarialRegression` for a read-out of the inputs, and `solveReadout`
 * for frozen layers that are known in float64, their attack linearised in the perturbation.
 * @param model whose last layer is a linear read-out of one output
 * @param data training rows
 * @param options eps, lambda, tolerance, fitIntercept and the rest of what the exact solvers take
 * @returns theta in float64 with its duality gap, iterations and whether it converged; the weights are its rounding to float32
 * @throws InvalidArgumentError for unknown options, rows or values out of range, an intercept that has no place; UserError
 * when lambda = 0 and the features lack full rank, and at eps > 0 for layers that are not known in float64
 */
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactReadoutOptions = {},
): Promise<ExactResult> {
  checkOptions('trainReadoutExactly', options, OPTIONS);
  checkRows(data);
  checkReadout(model);
  const bias = hasBias(model);
  const fitIntercept = options.fitIntercept ?? bias;
  if (fitIntercept && !bias)
    throw new InvalidArgumentError('fitIntercept', true, 'false for a last layer without a bias');
  const wanted = { ...options, eps: options.eps ?? 0, fitIntercept };
  const solved = await (wanted.eps === 0 ? trainNormally : trainAdversarially)(model, data, wanted);
  setReadout(model, solved.theta, solved.intercept);
  return solved;
}

async function trainNormally(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactOptions,
): Promise<ExactResult> {
  const settings = resolveExact('trainReadoutExactly', options, OPTIONS);
  const features = tf.tidy(() => featuresOf(model, toTensors(data).x));
  const phi = Float64Array.from(await features.data());
  features.dispose();
  const { n } = data;
  return solveRidge({ n, N: phi.length / n, phi, y: Float64Array.from(data.y) }, settings);
}

async function trainAdversarially(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactOptions,
): Promise<ExactResult> {
  const features = await hostFeatures(model, model.layers.length - 1);
  if (features === null)
    throw new UserError(
      'a layer before the read-out is not known in float64, so that it cannot be trained exactly at eps > 0',
    );
  return features.steps.length === 0
    ? adversarialRegression(data, options)
    : solveReadout(readoutProblem(data, features), options);
}

/** What the last layer of a model sees, [n, N]. */
function featuresOf(model: tf.LayersModel, x: tf.Tensor): tf.Tensor {
  const seen = model.layers.at(-1)!.input as tf.SymbolicTensor;
  if (seen === model.inputs[0]) return x;
  return tf.model({ inputs: model.inputs, outputs: seen }).predict(x) as tf.Tensor;
}

/** @throws InvalidArgumentError for a last layer whose weights are not one theta */
function checkReadout(model: tf.LayersModel): void {
  if (!Array.isArray(model?.layers)) throw new InvalidArgumentError('model', model, 'a tf.LayersModel');
  const last = model.layers.at(-1)!;
  const { units, activation } = last.getConfig();
  if (last.getClassName() !== 'Dense' || units !== 1 || activation !== 'linear')
    throw new InvalidArgumentError(
      'model',
      last.name,
      'a last layer that is a linear read-out of one output',
    );
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
