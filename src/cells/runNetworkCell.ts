import type { Dataset } from '../data/dataset.ts';
import { deepRandomFeaturesModel } from '../models/deepRandomFeaturesModel.ts';
import { LazyHidden } from '../models/LazyHidden.ts';
import { mlpModel } from '../models/mlpModel.ts';
import { tf } from '../runtime/tf.ts';
import { streamKey } from './cell.ts';
import type { CellResult, TrainingReport } from './cellResult.ts';
import { type NetworkCell, unitsOf } from './networkCell.ts';
import { trainAndMeasure, trainByGradient, trainExactly } from './trainAndMeasure.ts';

/** Cycles of training by gradient at most: where a network interpolates, its objective falls for ever. */
const MAX_CYCLES = 4;

/** Samples the problem, trains the network and measures its risks on fresh data. Needs a loaded runtime; leaks nothing. */
export async function runNetworkCell(cell: NetworkCell): Promise<CellResult> {
  const model = modelOf(cell);
  return trainAndMeasure(model, cell, (data) => train(model, data, cell));
}

function modelOf(cell: NetworkCell): tf.LayersModel {
  const [inputDim, units, seed] = [cell.d, unitsOf(cell), streamKey(cell)];
  const { activation } = cell;
  if (cell.network === 'deep-frozen') return deepRandomFeaturesModel({ inputDim, units, activation, seed });
  if (cell.network === 'trained') return mlpModel({ inputDim, units, activation, seed });
  return tf.sequential({ layers: [new LazyHidden({ units: units[0]!, seed, inputShape: [inputDim] })] });
}

async function train(model: tf.LayersModel, data: Dataset, cell: NetworkCell): Promise<TrainingReport> {
  return cell.network === 'deep-frozen' && (cell.eps === 0 || cell.method === 'exact')
    ? trainExactly(model, data, cell)
    : trainByGradient(model, data, cell, { maxCycles: MAX_CYCLES });
}
