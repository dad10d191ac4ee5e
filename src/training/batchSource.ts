import { shuffledBatches } from '../data/batches.ts';
import { type Dataset, type TensorPair, toTensors } from '../data/dataset.ts';
import { tf } from '../runtime/tf.ts';

/** The batch of every training step, on the device. */
export interface BatchSource {
  /** The batch of a step, lent until the next call. Steps are asked for in order. */
  at(step: number): TensorPair;
  dispose(): void;
}

/**
 * All rows in every batch, uploaded once, or seeded mini-batches uploaded as they come.
 * @param replays steps in a row on the same batch
 * @param firstStep the step that will be asked for first
 */
export function batchSource(
  data: Dataset,
  batchSize: number,
  seed: number | string,
  replays = 1,
  firstStep = 0,
): BatchSource {
  if (batchSize >= data.n) {
    const whole = toTensors(data);
    return { at: () => whole, dispose: () => tf.dispose([whole.x, whole.y]) };
  }
  const batches = shuffledBatches(data, batchSize, seed, Math.floor(firstStep / replays));
  let held: { position: number; batch: TensorPair } | null = null;
  const dispose = (): void => tf.dispose(held ? [held.batch.x, held.batch.y] : []);
  return {
    at(step) {
      const position = Math.floor(step / replays);
      if (held?.position !== position) {
        dispose();
        held = { position, batch: toTensors(batches.next().value) };
      }
      return held.batch;
    },
    dispose,
  };
}
