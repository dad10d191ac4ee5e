import { tf } from '../runtime/tf.ts';

/** What tf.LayersModel.fit takes as a callback. */
export type TrainingCallback =
  | tf.CustomCallback
  | tf.CustomCallbackArgs
  | ReturnType<typeof tf.callbacks.earlyStopping>;

/** Callbacks of tf.layers, called in order. An epoch is the stretch between two measurements. */
export interface CallbackList {
  readonly count: number;
  trainBegin(): Promise<void>;
  epochBegin(epoch: number): Promise<void>;
  batchEnd(step: number, logs: Record<string, number>): Promise<void>;
  epochEnd(epoch: number, logs: Record<string, number>): Promise<void>;
  trainEnd(): Promise<void>;
  /** Whether one of them has set `model.stopTraining`, as tf.callbacks.earlyStopping does. */
  stopRequested(): boolean;
}

export function callbackList(callbacks: readonly TrainingCallback[], model: tf.LayersModel): CallbackList {
  const list = callbacks.map((callback) =>
    'setModel' in callback ? callback : new tf.CustomCallback(callback, 'never'),
  );
  // A sequential model has no `stopTraining` before it is compiled, so callbacks are shown the model with one of its own.
  const shown = Object.create(model, { stopTraining: { value: false, writable: true } }) as tf.LayersModel;
  for (const callback of list) callback.setModel(shown);
  const each = async (call: (callback: (typeof list)[number]) => Promise<void>): Promise<void> => {
    for (const callback of list) await call(callback);
  };
  return {
    count: list.length,
    trainBegin: () => each((callback) => callback.onTrainBegin()),
    epochBegin: (epoch) => each((callback) => callback.onEpochBegin(epoch)),
    batchEnd: (step, logs) => each((callback) => callback.onBatchEnd(step, { ...logs })),
    epochEnd: (epoch, logs) => each((callback) => callback.onEpochEnd(epoch, { ...logs })),
    trainEnd: () => each((callback) => callback.onTrainEnd()),
    stopRequested: () => shown.stopTraining,
  };
}
