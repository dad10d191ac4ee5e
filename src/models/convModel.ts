import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { checkActivation, type RegisteredName } from './activations.ts';
import { CentredActivation } from './CentredActivation.ts';
import { drawKernels } from './mlpModel.ts';

/** Image shape, filters, activation and seed of a {@link convModel}. */
export interface ConvModelArgs {
  /** Height, width and channels of an image; rows come flat, as a `Dataset` has them. */
  imageShape: readonly [number, number, number];
  /** Filters of each convolution, from the first to the last. */
  filters: readonly number[];
  /** Side of the filters. Default 3. */
  kernelSize?: number;
  /** Step of each convolution. Default 2, which halves the image. */
  strides?: number;
  /** Activation behind each convolution, by name; centred. Default 'shifted-relu'. */
  activation?: RegisteredName;
  /** Outputs: 1 for regression and squared loss, classes for cross-entropy. Default 1. */
  outputs?: number;
  /** Names the streams of the starting weights. Default 0. */
  seed?: number | string;
}

const OPTIONS: OptionNames<ConvModelArgs> = {
  imageShape: true,
  filters: true,
  kernelSize: true,
  strides: true,
  activation: true,
  outputs: true,
  seed: true,
};

/**
 * A small convolutional network on flat rows: convolutions `conv_1`, `conv_2`, ... padded at the edges, each with its
 * activation, and a linear read-out `readout` of the flattened maps. Weights start N(0, 1/fan-in).
 * Input [n, height width channels], output [n, outputs].
 * @throws InvalidArgumentError for unknown options, sizes that are not whole numbers >= 1, or an unknown activation
 */
export function convModel(args: ConvModelArgs): tf.Sequential {
  checkOptions('convModel', args, OPTIONS);
  const { imageShape, filters, kernelSize = 3, strides = 2, activation = 'shifted-relu' } = args ?? {};
  const { outputs = 1, seed = 0 } = args ?? {};
  if (!Array.isArray(imageShape) || imageShape.length !== 3)
    throw new InvalidArgumentError('imageShape', imageShape, '[height, width, channels]');
  if (!Array.isArray(filters) || filters.length === 0)
    throw new InvalidArgumentError('filters', filters, 'the filters of each convolution');
  const sizes = { imageShape, filters, kernelSize: [kernelSize], strides: [strides], outputs: [outputs] };
  for (const [name, values] of Object.entries(sizes)) for (const size of values) checkInteger(name, size);
  checkActivation(activation);
  const inputDim = imageShape.reduce((product, axis) => product * axis, 1);
  const model = tf.sequential({
    layers: [
      tf.layers.reshape({ targetShape: [...imageShape], inputShape: [inputDim], name: 'image' }),
      ...filters.flatMap((count, l) => [
        tf.layers.conv2d({
          filters: count,
          kernelSize,
          strides,
          padding: 'same',
          kernelInitializer: 'zeros',
          name: `conv_${l + 1}`,
        }),
        new CentredActivation({ activation, name: `activation_${l + 1}` }),
      ]),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ units: outputs, useBias: false, kernelInitializer: 'zeros', name: 'readout' }),
    ],
  });
  drawKernels(model, seed);
  return model;
}
