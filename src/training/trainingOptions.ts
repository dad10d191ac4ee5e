import { type Attack, pgd } from '../attacks/index.ts';
import { checkInteger, checkNonNegative, checkPositive, InvalidArgumentError } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';
import { defaultLearningRate } from './learningRate.ts';

export interface AdversarialTrainingOptions {
  /** Radius of the perturbations trained against, in units of the input. */
  readonly eps: number;
  /** The inner maximisation. Default PGD in l2, 3 steps. */
  readonly attack?: Attack;
  /** Ridge penalty: (lambda / 2) |theta|^2 over all trained weights. Default 0. */
  readonly lambda?: number;
  /** Weights to train. Default all trainable weights of the model; frozen layers have none. */
  readonly variables?: readonly tf.Variable[];
  /** Default Adam. Its learning rate is set by the schedule. The caller disposes an optimiser of its own. */
  readonly optimizer?: tf.Optimizer;
  /** Rate at the start of each cycle. Default 1 / sqrt(largest fan-in of the trained weights). */
  readonly learningRate?: number;
  /** Steps in the first cycle, over which the rate falls linearly to zero; each further cycle has twice as many. Default 150. */
  readonly cycleSteps?: number;
  /** Cycles at most. Default 5, which makes 31 times `cycleSteps` steps. */
  readonly maxCycles?: number;
  /** Converged when a whole cycle changes the objective by less than this fraction. Default 0.002. */
  readonly tolerance?: number;
  /** Rows in a step. Default all. */
  readonly batchSize?: number;
  /** Names the streams of the mini-batches and of random starts. Default 0. */
  readonly seed?: number | string;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainingProgress {
  readonly step: number;
  readonly maxSteps: number;
  /** Training objective of the latest step's batch. */
  readonly objective: number;
}

/** Options with every choice made, as the algorithm reads them. */
export type TrainingSettings = Required<Omit<AdversarialTrainingOptions, 'optimizer'>>;

/** @throws InvalidArgumentError naming the first option that makes no sense. */
export function resolveTraining(
  model: tf.LayersModel,
  rows: number,
  options: AdversarialTrainingOptions,
): TrainingSettings {
  const variables = options.variables ?? model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  if (variables.length === 0)
    throw new InvalidArgumentError('variables', '[]', 'at least one trainable weight in the model');
  return {
    eps: checkNonNegative('eps', options.eps),
    attack: options.attack ?? pgd({ steps: 3 }),
    lambda: checkNonNegative('lambda', options.lambda ?? 0),
    variables,
    learningRate: checkPositive('learningRate', options.learningRate ?? defaultLearningRate(variables)),
    cycleSteps: checkInteger('cycleSteps', options.cycleSteps ?? 150),
    maxCycles: checkInteger('maxCycles', options.maxCycles ?? 5),
    tolerance: checkPositive('tolerance', options.tolerance ?? 2e-3),
    batchSize: Math.min(rows, checkInteger('batchSize', options.batchSize ?? rows)),
    seed: options.seed ?? 0,
    onProgress: options.onProgress ?? (() => {}),
  };
}
