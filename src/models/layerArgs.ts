import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';

/** What any layer of TensorFlow.js can be told: `name`, `inputShape`, `dtype` and so on. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

const LAYER_ARGS: OptionNames<LayerArgs> = {
  inputShape: true,
  batchInputShape: true,
  batchSize: true,
  dtype: true,
  name: true,
  trainable: true,
  weights: true,
  inputDType: true,
};

/**
 * The arguments themselves, before they reach a layer of TensorFlow.js, which ignores those that it does not know.
 * @param own the names of those that the layer has beside those of every layer
 * @throws InvalidArgumentError for arguments that are no object, and for one that neither has
 */
export function checkLayerArgs<T extends LayerArgs>(
  layer: string,
  args: T,
  own: OptionNames<Omit<T, keyof LayerArgs>>,
): T {
  if (args === undefined) throw new InvalidArgumentError('options', args, `an object of options of ${layer}`);
  // TensorFlow.js adds customObjects to the configuration of a layer that it opens from a file.
  checkOptions(layer, args, { ...own, ...LAYER_ARGS, customObjects: true });
  return args;
}
