import { createHash } from 'node:crypto';
import type { Dataset } from '../data/dataset.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import { assign, type HostTensor, toHost } from './hostTensor.ts';
import type { Checkpoint } from './node/checkpoint.ts';
import { optimizerState, restoreOptimizer } from './optimizers.ts';
import type { TrainingSettings } from './trainingOptions.ts';
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

/**
 * What two calls must have in common for one to go on where the other stopped. When to end is not among it: a finished
 * training may be given more cycles.
 * @param moving all that training moves: the trained weights, and moving averages
 */
export async function trainingIdentity(
  model: tf.LayersModel,
  data: Dataset,
  optimizer: tf.Optimizer,
  settings: TrainingSettings,
  moving: readonly tf.Variable[],
): Promise<Checkpoint<TrainingState>['identity']> {
  const { method, variables, validation } = settings;
  const { learningRate: _, ...optimizerSettings } = optimizer.getConfig();
  const ids = new Set(moving.map(({ id }) => id));
  const frozen = model.weights.map((weight) => weight.read()).filter(({ id }) => !ids.has(id));
  const frozenValues = await Promise.all(frozen.map((tensor) => tensor.data()));
  const { norm, loss, ...attack } = method.attack.settings;
  return {
    rows: data.n,
    data: digest([data.x, data.y]),
    'validation data': validation ? digest([validation.x, validation.y]) : 'none',
    method: method.name,
    attack: JSON.stringify({ ...attack, name: method.attack.name, norm: norm.name, loss: loss.name }),
    optimizer: `${optimizer.getClassName()} ${JSON.stringify(optimizerSettings)}`,
    trainingMode: settings.trainingMode,
    weights: variables.map(({ shape }) => `[${shape}]`).join(' '),
    'frozen weights': digest(frozenValues as Float32Array[]),
    eps: settings.eps,
    epsWarmup: settings.epsWarmup,
    lambda: settings.lambda,
    learningRate: settings.learningRate,
    schedule: settings.schedule.name,
    cycleSteps: settings.cycleSteps,
    batchSize: settings.batchSize,
    validateEvery: settings.validateEvery,
    seed: settings.seed,
  };
}

function digest(arrays: readonly ArrayBufferView[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex').slice(0, 16);
}
