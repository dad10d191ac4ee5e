import type { Table } from '../data/table.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { UserError } from '../errors.ts';
import { setReadout } from '../exact/exactReadout.ts';
import {
  adversarialRegression,
  type ExactResult,
  expectedSeconds,
  type MarginResult,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../exact/index.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { RandomFeatures } from '../models/RandomFeatures.ts';
import type { tf } from '../runtime/tf.ts';
import { isMarginLoss, type TableTrainingSettings } from './tableTrainingOptions.ts';
import type { TableTraining } from './trainOnTable.ts';

/**
 * Sets the read-out of a linear or random-features model to the exact solution on standardised rows.
 * @param notes on the columns, which an error of the solver ends with
 */
export async function trainTableExactly(
  model: tf.Sequential,
  train: Table,
  { eps, lambda, fitIntercept, loss, norm, activation, onSolving }: TableTrainingSettings,
  notes: readonly string[],
): Promise<TableTraining['training']> {
  const data = inputsAndTarget(train);
  const features = model.layers[0]!;
  const W =
    features instanceof RandomFeatures ? await features.getWeights()[0]!.data<'float32'>() : undefined;
  const solve = (): ExactResult | MarginResult => {
    const wanted = { eps, lambda, fitIntercept };
    if (!W && loss === 'square') return adversarialRegression(data, { ...wanted, norm });
    const problem = readoutProblem(data, W ? { W, activation } : new LayeredFeatures(data.d, []));
    // Attacks in l1 are refused where they would come here.
    const attack = norm === 'linf' ? 'linf' : 'l2';
    onSolving?.({ expectedSeconds: expectedSeconds({ ...problem, norm: attack }) });
    const settings = { ...wanted, norm: attack, ...(onSolving ? { onProgress: onSolving } : {}) } as const;
    return isMarginLoss(loss)
      ? solveMargins(problem, { ...settings, loss })
      : solveReadout(problem, settings);
  };
  const { theta, intercept, objective, relativeGap, iterations, residual, converged } = explained(
    solve,
    notes,
  );
  setReadout(model, theta, intercept);
  return { converged, iterations, residual, objective, relativeGap };
}

/** Adds what is known of the columns to an error of the solver. */
function explained<T>(solve: () => T, notes: readonly string[]): T {
  try {
    return solve();
  } catch (error) {
    if (error instanceof UserError && notes.length > 0)
      throw new UserError(`${error.message} (${notes.join('; ')})`);
    throw error;
  }
}
