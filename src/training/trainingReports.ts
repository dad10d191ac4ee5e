import type { tf } from '../runtime/tf.ts';
import { type CallbackList, callbackList } from './callbacks.ts';
import type { TrainingFolder } from './node/trainingFolder.ts';
import type { AdversarialTrainingOptions, TrainingSettings } from './trainingOptions.ts';
import type { TrainingState, Validation } from './trainingState.ts';

/** Everyone who is told how a training goes: the caller, callbacks, history.jsonl, TensorBoard. */
export interface TrainingReports {
  readonly callbacks: CallbackList;
  /** Whether anybody wants clean and robust losses of the latest batch, which cost an attack. */
  readonly wantLosses: boolean;
  /** After some steps. `losses`: clean and robust on the latest batch, when wanted. */
  steps(
    state: TrainingState,
    first: number,
    rates: readonly number[],
    losses: ArrayLike<number>,
  ): Promise<void>;
  /** After a measurement on all the training rows, on the validation rows, or on both. */
  measured(state: TrainingState, measured: { objective?: number; validation?: Validation }): Promise<void>;
  close(): Promise<void>;
}

export async function trainingReports(
  model: tf.LayersModel,
  options: AdversarialTrainingOptions,
  { cycleSteps, maxCycles }: TrainingSettings,
  folder: TrainingFolder<TrainingState> | null,
  state: TrainingState,
): Promise<TrainingReports> {
  const { onProgress } = options;
  const maxSteps = cycleSteps * (2 ** maxCycles - 1);
  // Files are Node's: the code for them is loaded only where a folder is asked for.
  const board = options.tensorBoard
    ? (await import('./node/tensorBoard.ts')).tensorBoardLog(options.tensorBoard)
    : null;
  const callbacks = callbackList(options.callbacks ?? [], model);
  const began = performance.now();
  const stepsBefore = state.step;
  let epoch = 0;
  let epochStart = state.step;
  await callbacks.trainBegin();
  await callbacks.epochBegin(epoch);

  return {
    callbacks,
    wantLosses: Boolean(onProgress || folder || board),
    async steps({ history, step, cycles }, first, rates, losses) {
      const lines = rates.map((learningRate, k) => ({
        step: first + k + 1,
        cycle: cycles.length,
        learningRate,
        objective: history[first + k]!,
      }));
      folder?.addHistory([...lines.slice(0, -1), { ...lines.at(-1)!, ...named(losses) }]);
      for (const { step: t, objective, learningRate } of board ? lines : []) {
        board?.scalar('objective', t, objective);
        board?.scalar('learning rate', t, learningRate);
      }
      for (const [name, value] of Object.entries(named(losses))) board?.scalar(name, step, value);
      const secondsAStep = (performance.now() - began) / 1000 / (step - stepsBefore);
      onProgress?.({
        step,
        maxSteps,
        objective: history.at(-1)!,
        loss: losses[0]!,
        robustLoss: losses[1]!,
        secondsLeft: secondsAStep * (maxSteps - step),
      });
      if (callbacks.count > 0)
        for (const { step: t, objective } of lines)
          await callbacks.batchEnd(t - 1, { batch: t - 1, loss: objective });
    },
    async measured({ step, history }, { objective, validation }) {
      const risks = validation && {
        val_loss: validation.standard.value,
        val_robust_loss: validation.adversarial.value,
      };
      const values = { ...(objective === undefined ? {} : { wholeObjective: objective }), ...risks };
      folder?.addHistory([{ step, ...values }]);
      for (const [name, value] of Object.entries(values)) board?.scalar(name, step, value);
      if (callbacks.count === 0 || step === epochStart) return;
      const recent = history.slice(epochStart);
      const loss = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      epochStart = step;
      await callbacks.epochEnd(epoch, { loss, ...risks });
      await callbacks.epochBegin(++epoch);
    },
    async close() {
      board?.close();
      await callbacks.trainEnd();
    },
  };
}

const named = (losses: ArrayLike<number>): Record<string, number> =>
  losses.length === 0 ? {} : { loss: losses[0]!, robustLoss: losses[1]! };
