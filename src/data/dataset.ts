import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** Rows of a regression problem on the host: `x` is n x d, row after row; `y` has n values. Both float32. */
export interface Dataset {
  /** Rows. */
  readonly n: number;
  /** Columns of x, the input dimension. */
  readonly d: number;
  /** Inputs, n x d, row after row. */
  readonly x: Float32Array;
  /** Targets, n. */
  readonly y: Float32Array;
}

/** The same rows as tensors, x: [n, d] and y: [n, 1]. The caller disposes them. */
export interface TensorPair {
  /** [n, d] */
  readonly x: tf.Tensor2D;
  /** [n, 1] */
  readonly y: tf.Tensor2D;
}

/**
 * Uploads a data set.
 * @param data rows on the host, which stay as they are
 * @throws InvalidArgumentError when x and y disagree in length.
 */
export function toTensors({ n, d, x, y }: Dataset): TensorPair {
  if (x.length !== n * d)
    throw new InvalidArgumentError('x', `${x.length} values`, `n * d = ${n * d} values`);
  if (y.length !== n)
    throw new InvalidArgumentError('y', `${y.length} values`, `n = ${n} values, one a row of x`);
  return { x: tf.tensor2d(x, [n, d]), y: tf.tensor2d(y, [n, 1]) };
}
