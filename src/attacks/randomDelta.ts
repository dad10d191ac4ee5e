import { type Stream, stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';

/** Which random numbers a batch takes. */
export interface Draw {
  /** Tells the random starts of one run or training step from another's. */
  readonly key: number | string;
  /** Number of the batch's first row among all that are attacked. */
  readonly firstRow: number;
}

/** Rows that share a stream: to begin one takes as long as to draw hundreds of numbers. */
const ROWS_A_STREAM = 16;

/**
 * A point uniform in the unit ball of the norm for each row, in the shape of x. It depends on the seed, on the key and
 * on the row's number alone, not on the batch in which the row comes.
 * @param x batch of which the shape matters, [m, ...]
 * @param settings of which norm and seed matter
 * @param draw the key, and the number of the first row
 * @param run number of the start, or of the sample
 */
export function randomDelta(x: tf.Tensor, settings: AttackSettings, draw: Draw, run: number): tf.Tensor {
  const { norm, seed } = settings;
  const { key, firstRow } = draw;
  const end = firstRow + x.shape[0]!;
  const size = x.size / x.shape[0]!;
  const delta = new Float32Array(x.size);
  const passedOver = new Float32Array(size);
  let random: Stream | undefined;
  for (let row = firstRow - (firstRow % ROWS_A_STREAM); row < end; row++) {
    if (row % ROWS_A_STREAM === 0) random = stream(seed, 'attack', 'start', key, run, row);
    const at = (row - firstRow) * size;
    norm.randomInUnitBall(random!, at < 0 ? passedOver : delta.subarray(at, at + size));
  }
  return tf.tensor(delta, x.shape);
}
