import { RandomFeatures } from '../../models/RandomFeatures.ts';
import { randomFeaturesModel } from '../../models/randomFeaturesModel.ts';
import { Standardise } from '../../models/Standardise.ts';
import { tf } from '../../runtime/tf.ts';
import { activationMoments } from '../../theory/index.ts';
import type { Settings } from '../state/parameters.ts';
import { sizesOf } from './sizes.ts';

/**
 * Frozen layers phi_l = sigma(W_l phi_{l-1} / sqrt(m2)) - mu0 and a linear read-out started at 0, the only weight that
 * is trained. Input [n, d], output [n, 1].
 */
export function modelFor(settings: Settings, d: number, seed: string): tf.LayersModel {
  const { activation } = settings;
  const { widths } = sizesOf(settings, d);
  if (widths.length === 1) return randomFeaturesModel({ inputDim: d, units: widths[0]!, activation, seed });
  const { mu1, muStarSquared } = activationMoments(activation);
  const deviation = Math.sqrt(mu1 * mu1 + muStarSquared);
  const layers = widths.flatMap((units, l) => [
    ...(l === 0
      ? []
      : [
          new Standardise({
            mean: new Array<number>(widths[l - 1]!).fill(0),
            deviation: new Array<number>(widths[l - 1]!).fill(deviation),
          }),
        ]),
    new RandomFeatures({
      units,
      activation,
      seed: `${seed}/${l}`,
      ...(l === 0 ? { inputShape: [d] } : {}),
    }),
  ]);
  const readout = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' });
  return tf.sequential({ layers: [...layers, readout] });
}
