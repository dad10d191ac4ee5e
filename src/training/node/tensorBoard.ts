import { UserError } from '../../errors.ts';
import { tf } from '../../runtime/tf.ts';

/** What TensorFlow's own engine adds to a backend for TensorBoard. */
interface SummaryBackend {
  summaryWriter(folder: string): tf.Tensor;
  createSummaryFileWriter(writer: tf.Tensor, folder: string): void;
  writeScalarSummary(writer: tf.Tensor, step: number, name: string, value: number): void;
  flushSummaryWriter(writer: tf.Tensor): void;
}

export interface TensorBoardLog {
  scalar(name: string, step: number, value: number): void;
  close(): void;
}

/**
 * Event files for `tensorboard --logdir`, written by TensorFlow itself.
 * @throws UserError where another engine runs: only the native ones have a writer
 */
export function tensorBoardLog(folder: string): TensorBoardLog {
  const backend = tf.backend() as unknown as Partial<SummaryBackend>;
  if (!isSummaryBackend(backend))
    throw new UserError(
      `TensorBoard logs need the native engine (--device cpu or cuda), and ${tf.getBackend()} runs; the history is in history.jsonl on every engine`,
    );
  const writer = tf.tidy(() => {
    const resource = backend.summaryWriter(folder);
    backend.createSummaryFileWriter(resource, folder);
    return resource;
  });
  return {
    scalar(name, step, value) {
      backend.writeScalarSummary(writer, step, name, value);
    },
    close() {
      backend.flushSummaryWriter(writer);
      writer.dispose();
    },
  };
}

const isSummaryBackend = (backend: Partial<SummaryBackend>): backend is SummaryBackend =>
  typeof backend.summaryWriter === 'function' && typeof backend.writeScalarSummary === 'function';
