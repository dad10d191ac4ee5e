import { pgd } from '../attacks/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { randomFeaturesMap } from '../evaluation/randomFeaturesMap.ts';
import { deepReadoutProblem, solveDeepReadout } from '../exact/deepReadout.ts';
import { setReadout, trainReadoutExactly } from '../exact/exactReadout.ts';
import {
  adversarialRegression,
  type ExactResult,
  linearizedProblem,
  solveLinearized,
} from '../exact/index.ts';
import type { tf } from '../runtime/tf.ts';
import { adversarialTraining } from '../training/adversarialTraining.ts';
import type { AdversarialTrainingOptions } from '../training/trainingOptions.ts';
import { type Cell, type DeepCell, isFrozen, type LinearCell, type RandomCell, unitsOf } from './cell.ts';
import type { TrainingReport } from './cellResult.ts';

/** A cycle that changes the training objective by less than this fraction ends training by gradient. */
const TOLERANCE = 1e-2;
/** Cycles of training a network by gradient at most: where it interpolates, its objective falls for ever. */
const MAX_CYCLES = 4;
/** Relative duality gap of the exact solvers: far below the accuracy of the linearisation. */
const EXACT_TOLERANCE = 1e-4;

export interface CellTraining {
  /** Names the random streams of the weights and of training. */
  readonly streams: string;
  /** Called in training by gradient. */
  readonly onProgress?: AdversarialTrainingOptions['onProgress'];
}

/** Trains the cell's model: read-outs exactly at eps = 0 and where the cell says so, everything else by gradient. */
export async function trainCell(
  model: tf.LayersModel,
  data: Dataset,
  cell: Cell,
  { streams, onProgress }: CellTraining,
): Promise<TrainingReport> {
  const { eps, lambda } = cell;
  if (isFrozen(cell) && eps === 0) {
    await trainReadoutExactly(model, data, { lambda });
    return { iterations: 0, residual: 0, converged: true };
  }
  if (isFrozen(cell) && cell.method === 'exact') {
    const solved = await exactReadout(model, data, cell, streams);
    setReadout(model, solved.theta, solved.intercept);
    return { iterations: solved.iterations, residual: solved.relativeGap, converged: solved.converged };
  }
  const { iterations, residual, converged } = await adversarialTraining(model, data, {
    eps,
    attack: pgd({ steps: cell.attackSteps, relStepSize: 1 }),
    lambda,
    seed: streams,
    tolerance: TOLERANCE,
    ...(cell.network !== undefined && { maxCycles: MAX_CYCLES }),
    ...(onProgress && { onProgress }),
  });
  return { iterations, residual, converged };
}

/** The exact optimum of the problem linearised in the perturbation. */
async function exactReadout(
  model: tf.LayersModel,
  data: Dataset,
  cell: RandomCell | LinearCell | DeepCell,
  seed: string,
): Promise<ExactResult> {
  const { eps, lambda, activation } = cell;
  const options = { eps, lambda, tolerance: EXACT_TOLERANCE };
  if (cell.network === 'deep-frozen') {
    const features = randomFeaturesMap({ inputDim: cell.d, units: unitsOf(cell), activation, seed });
    return solveDeepReadout(deepReadoutProblem(data, features), options);
  }
  if (cell.features === 'linear') return adversarialRegression(data, options);
  const W = (await model.layers[0]!.getWeights()[0]!.data()) as Float32Array;
  return solveLinearized(linearizedProblem(data, { W, activation }), options);
}
