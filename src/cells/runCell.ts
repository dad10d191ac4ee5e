import type { Dataset } from '../data/dataset.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import { type Cell, streamKey, widthOf } from './cell.ts';
import type { CellResult, TrainingReport } from './cellResult.ts';
import { isNetworkCell } from './networkCell.ts';
import { runNetworkCell } from './runNetworkCell.ts';
import { trainAndMeasure, trainByGradient, trainExactly } from './trainAndMeasure.ts';

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
  return cell.eps === 0 || cell.method === 'exact'
    ? trainExactly(model, data, cell)
    : trainByGradient(model, data, cell);
}
