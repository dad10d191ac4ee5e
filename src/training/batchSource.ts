import { shuffledBatches } from '../data/batches.ts';
import { type Dataset, type TensorPair, toTensors } from '../data/dataset.ts';
import { tf } from '../runtime/tf.ts';

/** Training batches on the device, one after another for ever. */
export interface BatchSource {
  /** Lends the next batch to `step`. */
  use<T>(step: (batch: TensorPair) => T): T;
  dispose(): void;
}

/** All rows in every batch, uploaded once, or seeded mini-batches uploaded as they come. */
export function batchSource(data: Dataset, batchSize: number, seed: number | string): BatchSource {
  if (batchSize >= data.n) {
    const whole = toTensors(data);
    return { use: (step) => step(whole), dispose: () => tf.dispose([whole.x, whole.y]) };
  }
  const batches = shuffledBatches(data, batchSize, seed);
  return {
    use(step) {
      const batch = toTensors(batches.next().value!);
      const result = step(batch);
      tf.dispose([batch.x, batch.y]);
      return result;
    },
    dispose: () => {},
  };
}
