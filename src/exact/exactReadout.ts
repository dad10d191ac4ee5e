import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkRows } from '../data/checkRows.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { checkChoice, InvalidArgumentError, UserError } from '../errors.ts';
import { hostFeatures } from '../models/hostSteps.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { tf } from '../runtime/tf.ts';
import { MARGIN_LOSSES, type MarginLossName } from '../theory/channels/losses.ts';
import { adversarialRegression } from './adversarialRegression.ts';
import { READOUT_NORMS, type ReadoutNorm } from './cone/rowNorms.ts';
import { EXACT_OPTIONS, type ExactOptions, resolveExact } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { type LengthsAfter, ownLengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { readoutProblem } from './readoutProblem.ts';
import { type MarginOptions, type MarginResult, solveMargins, solveMarginsOf } from './solveMargins.ts';
import { type ReadoutOptions, solveReadout } from './solveReadout.ts';
import { solveRidge } from './solveRidge.ts';

/** What {@link trainReadoutExactly} is told for a regression. */
export interface ExactReadoutOptions extends Partial<ExactOptions> {
  /** Radius of the perturbations; 0 is normal training. Default 0. */
  readonly eps?: number;
  /** Whether the bias of the last layer is fitted. Default: whether it has one; false leaves it at 0. */
  readonly fitIntercept?: boolean;
  /** Of the residual. Default 'square'. */
  readonly loss?: 'square';
  /** Norm that bounds the perturbations. Default 'l2'. */
  readonly norm?: ReadoutNorm;
}

/** What {@link trainReadoutExactly} is told for two classes. */
export interface ExactClassifierOptions extends Omit<MarginOptions, 'eps' | 'loss'> {
  /** Of the margin y f(x), y = +-1. */
  readonly loss: MarginLossName;
  /** Radius of the perturbations; 0 is normal training. Default 0. */
  readonly eps?: number;
  /** Whether the bias of the last layer is fitted. Default: whether it has one; false leaves it at 0. */
  readonly fitIntercept?: boolean;
}

const OPTIONS: OptionNames<ExactReadoutOptions> = { ...EXACT_OPTIONS, loss: true, norm: true };

/**
 * Trains the last layer of a model on everything before it, adversarially or not, solved exactly in float64: the layer gets
 * theta and, where it has a bias, the intercept, which is not penalised.
 *
 * At eps = 0 that is ridge regression on the features as the engine computes them, at lambda = 0 the minimum-norm
 * interpolator or least squares. At eps > 0 it is `adversarialRegression` for a read-out of the inputs, and `solveReadout`
 * for frozen layers that are known in float64, their attack linearised in the perturbation. A loss of the margin makes it a
 * classifier, which is `solveMargins` at any eps and needs lambda > 0.
 * @param model whose last layer is a linear read-out of one output
 * @param data training rows; for two classes y is +1 and -1
 * @param options loss, eps, lambda, tolerance, fitIntercept and the rest of what the exact solvers take
 * @returns theta in float64 with its duality gap, iterations and whether it converged; the weights are its rounding to float32
 * @throws InvalidArgumentError for unknown options, rows or values out of range, an intercept that has no place; UserError
 * when lambda = 0 and the features lack full rank, and at eps > 0 for layers that are not known in float64
 */
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  options?: ExactReadoutOptions,
): Promise<ExactResult>;
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactClassifierOptions,
): Promise<MarginResult>;
export async function trainReadoutExactly(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactReadoutOptions | ExactClassifierOptions = {},
): Promise<ExactResult | MarginResult> {
  checkOptions('trainReadoutExactly', options, OPTIONS);
  checkRows(data);
  checkReadout(model);
  const bias = hasBias(model);
  const fitIntercept = options.fitIntercept ?? bias;
  if (fitIntercept && !bias)
    throw new InvalidArgumentError('fitIntercept', true, 'false for a last layer without a bias');
  const { loss = 'square', ...others } = options;
  if (options.norm !== undefined) checkChoice('norm', options.norm, READOUT_NORMS);
  const wanted = { ...others, eps: options.eps ?? 0, fitIntercept };
  const solved =
    checkChoice('loss', loss, ['square', ...MARGIN_LOSSES]) === 'square'
      ? await (wanted.eps === 0 ? trainNormally : trainAdversarially)(model, data, wanted as ExactOptions)
      : await trainClassifier(model, data, { ...wanted, loss } as MarginOptions);
  setReadout(model, solved.theta, solved.intercept);
  return solved;
}

async function trainNormally(
  model: tf.LayersModel,
  data: Dataset,
  options: ExactOptions & Pick<ReadoutOptions, 'norm'>,
): Promise<ExactResult> {
  const settings = resolveExact('trainReadoutExactly', options, OPTIONS);
  const { norm } = options;
  const phi = await engineFeatures(model, data);
  const { n } = data;
  return solveRidge(
    { n, N: phi.length / n, phi, y: Float64Array.from(data.y) },
    settings,
    await frozenLengths(model, data, norm),
  );
}

async function trainAdversarially(
  model: tf.LayersModel,
  data: Dataset,
  options: ReadoutOptions,
): Promise<ExactResult> {
  const features = await frozenLayers(model);
  return features.steps.length === 0
    ? adversarialRegression(data, options)
    : solveReadout(readoutProblem(data, features), options);
}

async function trainClassifier(
  model: tf.LayersModel,
  data: Dataset,
  options: MarginOptions,
): Promise<MarginResult> {
  if (options.eps !== 0) return solveMargins(readoutProblem(data, await frozenLayers(model)), options);
  // Without an attack no gradient of the features is asked for: they are inputs of a linear model.
  const { n, y } = data;
  const x = await engineFeatures(model, data);
  const d = x.length / n;
  return solveMarginsOf(
    readoutProblem({ n, d, x, y: Float64Array.from(y) }, new LayeredFeatures(d, [])),
    options,
    await frozenLengths(model, data, options.norm),
  );
}

/** Gradient norms of the frozen layers, of which nothing is computed before they are asked for; null where they are not known. */
async function frozenLengths(
  model: tf.LayersModel,
  data: Dataset,
  norm: ReadoutNorm = 'l2',
): Promise<LengthsAfter | null> {
  const features = await hostFeatures(model, model.layers.length - 1);
  return features && ((theta) => ownLengthsAfter(readoutProblem(data, features), norm)(theta));
}

/** @throws UserError for layers that are not known in float64 */
async function frozenLayers(model: tf.LayersModel): Promise<LayeredFeatures> {
  const features = await hostFeatures(model, model.layers.length - 1);
  if (features === null)
    throw new UserError(
      'a layer before the read-out is not known in float64, so that it cannot be trained exactly at eps > 0',
    );
  return features;
}

/** What the last layer sees of some rows, as the engine computes it, n x N. */
async function engineFeatures(model: tf.LayersModel, data: Dataset): Promise<Float64Array> {
  const features = tf.tidy(() => featuresOf(model, toTensors(data).x));
  const phi = Float64Array.from(await features.data());
  features.dispose();
  return phi;
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
