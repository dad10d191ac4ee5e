import { deepRandomFeaturesModel } from '../models/deepRandomFeaturesModel.ts';
import { LazyHidden } from '../models/LazyHidden.ts';
import { mlpModel } from '../models/mlpModel.ts';
import { randomFeaturesModel } from '../models/randomFeaturesModel.ts';
import { tf } from '../runtime/tf.ts';
import type { Cell } from './cell.ts';
import { unitsOf, widthOf } from './cellSizes.ts';

/** The untrained model of a cell, [n, d] -> [n, 1]. @param seed names the streams of its weights */
export function cellModel(cell: Cell, seed: string): tf.LayersModel {
  const { d: inputDim, activation } = cell;
  const units = unitsOf(cell);
  switch (cell.network) {
    case 'deep-frozen':
      return deepRandomFeaturesModel({ inputDim, units, activation, seed });
    case 'lazy':
      return tf.sequential({ layers: [new LazyHidden({ units: units[0]!, seed, inputShape: [inputDim] })] });
    case 'trained':
      return mlpModel({ inputDim, units, activation, seed });
  }
  if (cell.features === 'random')
    return randomFeaturesModel({ inputDim, units: widthOf(cell), activation, seed });
  const inputShape = [inputDim];
  const readout = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape });
  return tf.sequential({ layers: [readout] });
}
