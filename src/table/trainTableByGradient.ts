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
import type { TableTrainingSettings } from './tableTrainingOptions.ts';
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
  const { eps, lambda, seed, model, batchSize, maxCycles, folder, onProgress } = settings;
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
  return { converged, iterations, residual, objective, stopped };
}

function methodOf({ method, norm }: TableTrainingSettings): TrainingMethod {
  const attack = pgd({ norm, steps: STEPS });
  switch (method) {
    case 'fgsm':
      return fgsmTraining({ norm });
    case 'fast':
      return fastTraining({ norm });
    case 'free':
      return freeTraining({ norm });
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
