import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { ColumnStatistics } from '../data/standardise.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type FrozenChain, frozenChain } from './frozenChain.ts';
import { LayeredFeatures } from './layeredFeatures.ts';
import { Standardise } from './Standardise.ts';

const STATISTICS: OptionNames<ColumnStatistics> = { mean: true, deviation: true, clip: true };

/**
 * A model of standardised inputs and targets, as one of inputs and targets in their own units. It shares its layers, and
 * so its weights, with `core`.
 * @param core a chain of layers, [n, d] to [n, k]
 * @throws InvalidArgumentError for statistics out of range, or a core that is no chain of layers
 */
export function standardisedModel(
  core: tf.Sequential,
  inputs: ColumnStatistics,
  targets: ColumnStatistics,
): tf.Sequential {
  if (!Array.isArray(core?.layers))
    throw new InvalidArgumentError('core', core, 'a tf.Sequential, a chain of layers');
  checkOptions('the statistics of inputs', inputs ?? null, STATISTICS);
  checkOptions('the statistics of targets', targets ?? null, STATISTICS);
  return tf.sequential({
    layers: [
      new Standardise({ ...inputs, inputShape: [inputs.mean?.length], name: 'standardise' }),
      ...core.layers,
      new Standardise({ ...targets, invert: true, name: 'units' }),
    ],
  });
}

/** A model cut behind its standardising first layer. */
export interface SplitModel {
  /** From inputs in their own units to standardised ones, [n, d] to [n, d]. */
  readonly standardise: (x: tf.Tensor) => tf.Tensor;
  /**
   * The same of n rows on the host, in float64: in float32 the deviations of a column far from 0, such as one of times in
   * seconds, would be lost in roundings.
   */
  readonly standardiseRows: (x: Float32Array | Float64Array, n: number) => Float64Array;
  /** From standardised inputs to the model's output: what an attack with a budget in standard deviations attacks. */
  readonly core: {
    (z: tf.Tensor): tf.Tensor;
    /** The same with the weights as they are, for gradients in z alone, as an attack asks for it; within a tidy. */
    readonly frozen: () => FrozenChain | null;
  };
}

/** The two parts of a model whose first layer standardises its inputs; null for any other model. */
export function splitStandardised(model: tf.LayersModel): SplitModel | null {
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const [first, ...others] = layers;
  if (!(first instanceof Standardise)) return null;
  const steps = first.hostSteps();
  if (!steps) return null;
  if (!(model instanceof tf.Sequential))
    throw new UserError(
      'a standardising model that is not a chain of layers cannot be cut behind its first layer',
    );
  const through = (chain: tf.layers.Layer[]) => (x: tf.Tensor) =>
    tf.tidy(() => chain.reduce((value, layer) => layer.apply(value, { training: false }) as tf.Tensor, x));
  return {
    standardise: through([first]),
    standardiseRows: (x, n) =>
      new LayeredFeatures(first.mean.length, steps).features(Float64Array.from(x), n),
    core: Object.assign(through(others), { frozen: () => frozenChain(others) }),
  };
}
