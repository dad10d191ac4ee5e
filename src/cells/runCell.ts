import type { Dataset } from '../data/dataset.ts';
import { trainReadoutExactly } from '../exact/exactReadout.ts';
import { adversarialRegression, linearizedProblem, solveLinearized } from '../exact/index.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import { type Cell, streamKey, widthOf } from './cell.ts';
import type { CellResult, TrainingReport } from './cellResult.ts';
import { isNetworkCell } from './networkCell.ts';
import { runNetworkCell } from './runNetworkCell.ts';
import { EXACT_TOLERANCE, takeSolution, trainAndMeasure, trainByGradient } from './trainAndMeasure.ts';

/** Samples the problem, trains the model and measures its risks on fresh data. Needs a loaded runtime; leaks nothing. */
export async function runCell(cell: Cell): Promise<CellResult> {
  if (isNetworkCell(cell)) return runNetworkCell(cell);
  const model = modelOf(cell);
  return trainAndMeasure(model, cell, (data) => train(model, data, cell));
}

function modelOf(cell: Cell): tf.LayersModel {
  if (cell.features === 'random')
    return randomFeaturesModel({
      inputDim: cell.d,
      units: widthOf(cell),
      activation: cell.activation,
      seed: streamKey(cell),
    });
  const readout = tf.layers.dense({
    units: 1,
    useBias: false,
    kernelInitializer: 'zeros',
    inputShape: [cell.d],
  });
  return tf.sequential({ layers: [readout] });
}

async function train(model: tf.LayersModel, data: Dataset, cell: Cell): Promise<TrainingReport> {
  if (cell.eps === 0) {
    await trainReadoutExactly(model, data, { lambda: cell.lambda });
    return { iterations: 0, residual: 0, converged: true };
  }
  return cell.method === 'exact' ? solveExactly(model, data, cell) : trainByGradient(model, data, cell);
}

/** Gives the read-out the exact optimum of the problem linearised in the perturbation. */
async function solveExactly(model: tf.LayersModel, data: Dataset, cell: Cell): Promise<TrainingReport> {
  const options = { eps: cell.eps, lambda: cell.lambda, tolerance: EXACT_TOLERANCE };
  if (cell.features === 'linear') return takeSolution(model, adversarialRegression(data, options));
  const W = (await model.layers[0]!.getWeights()[0]!.data()) as Float32Array;
  const problem = linearizedProblem(data, { W, activation: cell.activation });
  return takeSolution(model, solveLinearized(problem, options));
}
