import { tf } from './tf.ts';

interface ConvAttributes {
  readonly filterShape: [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Gives the WebAssembly backend the gradient of a convolution in its filter, which it lacks, so that convolutional networks
 * can be trained on it: one product for each position in the filter, of the inputs that it meets and the gradients there.
 * Repeated calls change nothing, nor does one where the backend has the kernel.
 */
export function addWasmConvGradient(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      // What an engine hands to a kernel are tensors.
      filterGradient(inputs.x as tf.Tensor4D, inputs.dy as tf.Tensor4D, attrs as unknown as ConvAttributes),
  });
}

function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  { filterShape, strides, pad, dataFormat, dimRoundingMode }: ConvAttributes,
): tf.Tensor {
  if (dataFormat !== 'NHWC')
    throw new Error(`gradients of ${dataFormat} convolutions are not there on WebAssembly`);
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth, batchSize, inChannels, outChannels } =
    info;
  const [height, width] = filterShape;
  return tf.tidy(() => {
    const { top, left } = padInfo;
    // A rounded output size can leave rows at the end that no filter meets, or ask for more of them.
    const below = Math.max(0, (outHeight - 1) * strideHeight + height - x.shape[1] - top);
    const right = Math.max(0, (outWidth - 1) * strideWidth + width - x.shape[2] - left);
    const padded = tf.pad(x, [
      [0, 0],
      [top, below],
      [left, right],
      [0, 0],
    ]);
    const gradients = tf.reshape(dy, [-1, outChannels]);
    const positions: tf.Tensor[] = [];
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const end = [batchSize, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1];
        const met = tf.stridedSlice(
          padded,
          [0, i, j, 0],
          [...end, inChannels],
          [1, strideHeight, strideWidth, 1],
        );
        positions.push(tf.matMul(tf.reshape(met, [-1, inChannels]), gradients, true, false));
      }
    return tf.reshape(tf.stack(positions), filterShape);
  });
}
