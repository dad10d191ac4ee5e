import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';

/** Functions called as a training goes; it waits for those that return a promise. */
export interface TrainingCallbackArgs {
  /** Before the first step. */
  readonly onTrainBegin?: () => unknown;
  /** After the last step, also when the training fails. */
  readonly onTrainEnd?: () => unknown;
  /** Before the steps up to the next measurement. */
  readonly onEpochBegin?: (epoch: number) => unknown;
  /** After a measurement: `loss`, the mean objective of the steps, and with validation rows `val_loss`, `val_robust_loss`. */
  readonly onEpochEnd?: (epoch: number, logs: tf.Logs) => unknown;
  /** After a step, told in groups: `loss`, the objective of its batch. */
  readonly onBatchEnd?: (batch: number, logs: tf.Logs) => unknown;
}

const CALLBACKS: OptionNames<TrainingCallbackArgs> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onBatchEnd: true,
};

/**
 * An instance of a callback class of tf.layers, such as tf.callbacks.earlyStopping() or a tf.CustomCallback. Only what tells
 * it from {@link TrainingCallbackArgs} is listed, so that the parameters of functions in such an object are inferred.
 */
export interface TrainingCallbackInstance {
  /** Called with the model before training. */
  setModel(model: tf.LayersModel): void;
}

/** What tf.LayersModel.fit takes as a callback, as far as there is something to call. */
export type TrainingCallback = TrainingCallbackArgs | TrainingCallbackInstance;

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
    'setModel' in callback
      ? (callback as tf.CustomCallback) // every callback class of tf.layers has the methods called here
      : new tf.CustomCallback(callback as tf.CustomCallbackArgs, 'never'),
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

/** @throws InvalidArgumentError for something else, and for a function that nothing calls */
export function checkCallback(callback: TrainingCallback, i: number): void {
  if (callback === null || typeof callback !== 'object')
    throw new InvalidArgumentError(
      `callbacks[${i}]`,
      callback,
      'an object of functions, such as { onEpochEnd }',
    );
  if (!('setModel' in callback)) checkOptions(`callbacks[${i}]`, callback, CALLBACKS);
}
