import { createHash } from 'node:crypto';
import type { Dataset } from '../../data/dataset.ts';
import type { tf } from '../../runtime/tf.ts';
import type { TrainingSettings } from '../trainingOptions.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A training as it begins. */
export interface TrainingParts {
  readonly model: tf.LayersModel;
  readonly data: Dataset;
  readonly optimizer: tf.Optimizer;
  readonly settings: TrainingSettings;
  /** All that training moves: the trained weights, and moving averages. */
  readonly moving: readonly tf.Variable[];
}

/**
 * What two calls must have in common for one to go on where the other stopped. When to end is not among it: a finished
 * training may be given more cycles.
 */
export async function trainingIdentity({
  model,
  data,
  optimizer,
  settings,
  moving,
}: TrainingParts): Promise<Checkpoint<unknown>['identity']> {
  const { method, variables, validation, trainingMode, schedule, batchSize, seed } = settings;
  const { eps, epsWarmup, lambda, learningRate, cycleSteps, validateEvery } = settings;
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
    trainingMode,
    weights: variables.map(({ shape }) => `[${shape}]`).join(' '),
    'frozen weights': digest(frozenValues as Float32Array[]),
    ...{ eps, epsWarmup, lambda, learningRate },
    schedule: schedule.name,
    ...{ cycleSteps, batchSize, validateEvery, seed },
  };
}

function digest(arrays: readonly ArrayBufferView[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex').slice(0, 16);
}
