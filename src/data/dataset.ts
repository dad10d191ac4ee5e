import { tf } from '../runtime/tf.ts';
import { checkSizes } from './checkRows.ts';

/** Rows of a regression problem on the host: `x` is n x d, row after row; `y` has n values. float32, unless it says otherwise. */
export interface Dataset<Values extends Float32Array | Float64Array = Float32Array> {
  /** Rows. */
  readonly n: number;
  /** Columns of x, the input dimension. */
  readonly d: number;
  /** Inputs, n x d, row after row. */
  readonly x: Values;
  /** Targets, n. */
  readonly y: Values;
}

/** Rows on the host in either precision: what is solved in float64. A `Dataset` will do. */
export type HostRows = Dataset<Float32Array | Float64Array>;

/** The same rows as tensors, x: [n, d] and y: [n, 1]. The caller disposes them. */
export interface TensorPair {
  /** [n, d] */
  readonly x: tf.Tensor2D;
  /** [n, 1] */
  readonly y: tf.Tensor2D;
}

/**
 * The data set itself. Values are not looked at.
 * @throws InvalidArgumentError for anything else, such as tensors and nested arrays, and for sizes that disagree
 */
export function checkDataset(data: Dataset): Dataset {
  checkSizes(data, ['Float32Array'], 0);
  return data;
}

/**
 * Uploads a data set.
 * @param data rows on the host, which stay as they are
 * @throws InvalidArgumentError for anything but a data set whose x and y agree in length
 */
export function toTensors(data: Dataset): TensorPair {
  const { n, d, x, y } = checkDataset(data);
  return { x: tf.tensor2d(x, [n, d]), y: tf.tensor2d(y, [n, 1]) };
}
