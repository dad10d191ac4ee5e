import { pgd } from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import type { Table } from '../data/table.ts';
import { asDataset } from '../data/tableDataset.ts';
import type { tf } from '../runtime/tf.ts';
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

/** Trains a model by gradient on standardised rows, stopped early on the validation rows where there are any. */
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
  const { converged, iterations, residual, objective, stopped } = await adversarialTraining(
    core,
    asDataset(train),
    {
      ...{ eps, lambda, seed, method: methodOf(settings) },
      ...(validation ? { validation: asDataset(validation) } : {}),
      ...(model === 'deep' ? { learningRate: DEEP_LEARNING_RATE } : {}),
      ...given({ batchSize, maxCycles, folder, onProgress }),
    },
  );
  return { converged, iterations, residual, objective: objective / half, stopped };
}

function methodOf({ method, norm, loss: name }: TableTrainingSettings): TrainingMethod {
  const loss = ATTACKED_LOSSES[name];
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
