import { type LossName, pgd, type SampleLoss } from '../attacks/index.ts';
import { oneHot } from '../attacks/losses.ts';
import { given } from '../checkOptions.ts';
import type { Table } from '../data/table.ts';
import { asDataset } from '../data/tableDataset.ts';
import { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import {
  ermTraining,
  fastTraining,
  fgsmTraining,
  freeTraining,
  noiseTraining,
  type TrainingMethod,
  tradesTraining,
  worstCase,
} from '../training/methods/index.ts';
import { ATTACKED_LOSSES, isMarginLoss, type TableTrainingSettings } from './tableTrainingOptions.ts';
import type { TableTraining } from './trainOnTable.ts';

/** Steps of the attack in training. */
const STEPS = 3;
/** The largest first rate that does not make a deep network diverge. */
const DEEP_LEARNING_RATE = 3e-3;

/**
 * Trains a model by gradient on standardised rows, stopped early on the validation rows where there are any.
 *
 * A model of several outputs, one a class, is trained on the loss of all of them at the one perturbation that raises it most:
 * logistic is the cross-entropy of their softmax, the hinges are of the lead of the right output over the largest other one, and
 * the square is summed over the outputs, +1 for the class and -1 for all others. One against the rest would give each output a
 * perturbation of its own, more than an attacker has, at K times the price of a step.
 */
export async function trainTableByGradient(
  core: tf.Sequential,
  train: Table,
  validation: Table | null,
  settings: TableTrainingSettings,
): Promise<TableTraining['training']> {
  const { eps, loss, seed, model, batchSize, maxCycles, folder, onProgress } = settings;
  // What is minimised there has a half before the losses; a loss of the margin goes without one.
  const half = isMarginLoss(loss) ? 0.5 : 1;
  const lambda = half * settings.lambda;
  const outputs = core.outputs[0]!.shape[1]!;
  const trained = loss === 'square' && outputs > 1 ? squaresOfClasses : ATTACKED_LOSSES[loss];
  const { converged, iterations, residual, objective, stopped } = await adversarialTraining(
    core,
    asDataset(train),
    {
      ...{ eps, lambda, seed, method: methodOf(settings, trained) },
      ...(validation ? { validation: asDataset(validation) } : {}),
      ...(model === 'deep' ? { learningRate: DEEP_LEARNING_RATE } : {}),
      ...given({ batchSize, maxCycles, folder, onProgress }),
    },
  );
  return { converged, iterations, residual, objective: objective / half, stopped };
}

/** The sum over outputs of (f_k - y_k)^2, y_k = 1 for the class and -1 for all others. */
const squaresOfClasses: SampleLoss = {
  name: 'squared, an output a class',
  value: (prediction, y) =>
    tf.sum(tf.squaredDifference(prediction, oneHot(prediction, y).toFloat().mul(2).sub(1)), 1),
  targets: 'any',
};

function methodOf({ method, norm }: TableTrainingSettings, loss: LossName | SampleLoss): TrainingMethod {
  const attack = pgd({ norm, loss, steps: STEPS });
  switch (method) {
    case 'fgsm':
      return fgsmTraining({ norm, loss });
    case 'fast':
      return fastTraining({ norm, loss });
    case 'free':
      return freeTraining({ norm, loss });
    case 'trades':
      return tradesTraining({ attack });
    case 'noise':
      return noiseTraining(attack);
    case 'erm':
      return ermTraining(attack);
    default:
      return worstCase(attack);
  }
}
