import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkInteger } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import { checkActivation, type RegisteredName } from './activations.ts';
import { CentredActivation } from './CentredActivation.ts';
import { checkUnits } from './deepRandomFeaturesModel.ts';

/** Sizes, activation and seed of an {@link mlpModel}. */
export interface MlpModelArgs {
  /** Input dimension d. */
  inputDim: number;
  /** Width of each hidden layer, from the first to the last. */
  units: readonly number[];
  /** Activation behind each hidden layer, by name; centred. Default 'shifted-relu'. */
  activation?: RegisteredName;
  /** Outputs: 1 for regression and squared loss, classes for cross-entropy. Default 1. */
  outputs?: number;
  /** Whether the read-out has a bias, as the hidden layers do. Default false. */
  useBias?: boolean;
  /** Names the streams of the starting weights. Default 0. */
  seed?: number | string;
}

const OPTIONS: OptionNames<MlpModelArgs> = {
  inputDim: true,
  units: true,
  activation: true,
  outputs: true,
  seed: true,
  useBias: true,
};

/**
 * A multilayer perceptron whose layers can all be trained: dense layers `hidden_1`, `hidden_2`, ... with biases, each with
 * its activation, and a read-out `readout`. Weights start N(0, 1/fan-in), biases at 0. Which layers training moves is the
 * option `layers` of `adversarialTraining`.
 *
 * Input [n, d], output [n, outputs].
 * @throws InvalidArgumentError for unknown options, no layers, a width < 1, or an unknown activation
 */
export function mlpModel(args: MlpModelArgs): tf.Sequential {
  checkOptions('mlpModel', args, OPTIONS);
  const { units, activation = 'shifted-relu', outputs = 1, useBias = false, seed = 0 } = args ?? {};
  const inputDim = checkInteger('inputDim', args?.inputDim);
  checkUnits(units);
  checkInteger('outputs', outputs);
  checkBoolean('useBias', useBias);
  checkActivation(activation);
  const layers = units.flatMap((width, l) => [
    tf.layers.dense({
      units: width,
      name: `hidden_${l + 1}`,
      kernelInitializer: 'zeros',
      ...(l === 0 ? { inputShape: [inputDim] } : {}),
    }),
    new CentredActivation({ activation, name: `activation_${l + 1}` }),
  ]);
  layers.push(tf.layers.dense({ units: outputs, useBias, kernelInitializer: 'zeros', name: 'readout' }));
  const model = tf.sequential({ layers });
  drawKernels(model, seed);
  return model;
}

/** Gives every kernel of a model values N(0, 1/fan-in), each layer from a stream of its own. */
export function drawKernels(model: tf.LayersModel, seed: number | string): void {
  for (const layer of model.layers) {
    const weights = layer.getWeights();
    const kernel = weights[0];
    if (!kernel || kernel.rank < 2) continue;
    const fanIn = kernel.shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
    const values = stream(seed, 'kernel', layer.name).fillGaussian(
      new Float32Array(kernel.size),
      1 / Math.sqrt(fanIn),
    );
    const drawn = tf.tensor(values, kernel.shape);
    layer.setWeights([drawn, ...weights.slice(1)]);
    drawn.dispose();
  }
}
