import { checkInteger } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import type { ActivationName } from './activations.ts';
import { CentredActivation } from './CentredActivation.ts';

export interface DenseNetworkArgs {
  readonly inputDim: number;
  /** Units of each hidden layer. */
  readonly width: number;
  /** Hidden layers. Default 2. */
  readonly depth?: number;
  /** Default 'shifted-relu'. */
  readonly activation?: ActivationName;
  /** Names the streams of the first weights. Default 0. */
  readonly seed?: number | string;
}

/**
 * A fully connected network, all of it trainable: hidden layers with weights N(0, 1 / fan-in) and biases 0, and a linear
 * read-out without bias that begins at 0. Input [n, d], output [n, 1].
 */
export function denseNetwork(args: DenseNetworkArgs): tf.Sequential {
  const { width, depth = 2, activation = 'shifted-relu', seed = 0 } = args;
  const inputDim = checkInteger('inputDim', args.inputDim);
  checkInteger('width', width);
  checkInteger('depth', depth);
  const hidden = Array.from({ length: depth }, (_, k) => [
    tf.layers.dense({
      units: width,
      kernelInitializer: 'zeros',
      name: `hidden${k + 1}`,
      ...(k === 0 ? { inputShape: [inputDim] } : {}),
    }),
    new CentredActivation({ activation, name: `activation${k + 1}` }),
  ]).flat();
  const readout = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'readout' });
  const model = tf.sequential({ layers: [...hidden, readout] });
  for (let k = 0; k < depth; k++) {
    const fanIn = k === 0 ? inputDim : width;
    const values = stream(seed, 'denseNetwork', k).fillGaussian(
      new Float32Array(fanIn * width),
      1 / Math.sqrt(fanIn),
    );
    tf.tidy(() =>
      model.getLayer(`hidden${k + 1}`).setWeights([tf.tensor2d(values, [fanIn, width]), tf.zeros([width])]),
    );
  }
  return model;
}
