import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger } from '../errors.ts';
import type { DeepRandomFeaturesModelArgs } from '../models/deepRandomFeaturesModel.ts';
import { checkUnits } from '../models/deepRandomFeaturesModel.ts';
import { layerSeed } from '../models/deepRandomFeaturesSeed.ts';
import { LayeredFeatures, type LayerStep } from '../models/layeredFeatures.ts';
import { unitSphereRows } from '../models/unitSphereRows.ts';
import { activation as activationNamed } from '../theory/activations.ts';

/** Sizes, activation and seed of a {@link randomFeaturesMap}. */
export type RandomFeaturesMapArgs = Omit<DeepRandomFeaturesModelArgs, 'useBias'>;

const OPTIONS: OptionNames<RandomFeaturesMapArgs> = {
  inputDim: true,
  units: true,
  activation: true,
  seed: true,
};

/**
 * The frozen layers of `deepRandomFeaturesModel`, one or more, in float64 on the host, with the same weights.
 * @throws InvalidArgumentError for no layers, a width < 1, or an unknown activation
 */
export function randomFeaturesMap(args: RandomFeaturesMapArgs): LayeredFeatures {
  checkOptions('randomFeaturesMap', args, OPTIONS);
  const { activation = 'shifted-relu', seed = 0 } = args;
  const inputDim = checkInteger('inputDim', args.inputDim);
  const units = checkUnits(args.units);
  const { value, derivative, moments } = activationNamed(activation);
  const { mu0, mu1, muStarSquared } = moments;
  const spread = Math.sqrt(mu1 * mu1 + muStarSquared);
  const steps = units.flatMap((outputs, l): LayerStep[] => {
    const inputs = l === 0 ? inputDim : units[l - 1]!;
    const kernel = unitSphereRows(layerSeed(seed, l), outputs, inputs);
    const weights = new Float64Array(outputs * inputs);
    for (let j = 0; j < inputs; j++)
      for (let a = 0; a < outputs; a++)
        weights[a * inputs + j] = kernel[j * outputs + a]! / (l === 0 ? 1 : spread);
    return [
      { kind: 'affine', weights, outputs },
      { kind: 'elementwise', value: mu0 === 0 ? value : (u) => value(u) - mu0, derivative },
    ];
  });
  return new LayeredFeatures(inputDim, steps);
}
