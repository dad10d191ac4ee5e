import type { Estimate } from '../numerics/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import { assign, type HostTensor, toHost } from './hostTensor.ts';
import { optimizerState, restoreOptimizer } from './optimizers.ts';
import { type WeightSnapshot, weightSnapshot } from './weightSnapshot.ts';

/**
 * Why a training ended: the objective no longer changes ('converged'), the cycles or the patience ran out, or a callback set
 * `model.stopTraining`.
 */
export type StopReason = 'converged' | 'maxCycles' | 'patience' | 'callback';

/** Risks on the validation rows after `step` steps. */
export interface Validation {
  /** Steps taken before it. */
  readonly step: number;
  /** Mean loss on clean rows. */
  readonly standard: Estimate;
  /** Mean loss at the worst inputs that the attack of training finds within eps. */
  readonly adversarial: Estimate;
}

/** Where a training stands, as plain data; with the tensors, all that it needs to go on. */
export interface TrainingState {
  /** Steps taken; it is also the position in the seeded batches and random starts. */
  step: number;
  /** Steps taken of the current cycle. */
  stepOfCycle: number;
  readonly history: number[];
  /** Objective on all the rows after each cycle. */
  readonly cycles: number[];
  /** Least objective so far. */
  best: number;
  residual: number;
  readonly validations: Validation[];
  /** Least robust validation risk so far, and validations since. */
  bestRisk: number;
  waited: number;
  stopped: StopReason | null;
}

export const initialState = (objective: number): TrainingState => ({
  step: 0,
  stepOfCycle: 0,
  history: [],
  cycles: [],
  best: objective,
  residual: Number.POSITIVE_INFINITY,
  validations: [],
  bestRisk: Number.POSITIVE_INFINITY,
  waited: 0,
  stopped: null,
});

/** The tensors that change in training. */
export interface TrainingTensors {
  readonly variables: readonly tf.Variable[];
  readonly carried: readonly tf.Variable[];
  readonly optimizer: tf.Optimizer;
}

export async function readTensors(
  { variables, carried, optimizer }: TrainingTensors,
  best: WeightSnapshot,
): Promise<HostTensor[]> {
  const read = (what: string, tensors: readonly tf.Tensor[]): Promise<HostTensor[]> =>
    Promise.all(tensors.map((tensor, i) => toHost(`${what} ${i}`, tensor)));
  return [
    ...(await read('weight', variables)),
    ...(await read('best weight', best.copies)),
    ...(await read('carried', carried)),
    ...(await optimizerState(optimizer)),
  ];
}

/** Puts back what readTensors read; returns the best weights. */
export async function restoreTensors(
  { variables, carried, optimizer }: TrainingTensors,
  saved: readonly HostTensor[],
): Promise<WeightSnapshot> {
  const rest = [...saved];
  const take = (count: number): HostTensor[] => rest.splice(0, count);
  const weights = take(variables.length);
  take(variables.length).forEach((tensor, i) => {
    assign(variables[i]!, tensor);
  });
  const best = weightSnapshot(variables);
  weights.forEach((tensor, i) => {
    assign(variables[i]!, tensor);
  });
  take(carried.length).forEach((tensor, i) => {
    assign(carried[i]!, tensor);
  });
  await restoreOptimizer(optimizer, rest);
  return best;
}
