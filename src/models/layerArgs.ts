import type { OptionNames } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';

/** What any layer of TensorFlow.js can be told: `name`, `inputShape`, `dtype` and so on. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** Their names, and what TensorFlow.js adds to the configuration of a saved layer when it opens it. */
export const LAYER_ARGS: OptionNames<LayerArgs & { customObjects: object }> = {
  inputShape: true,
  batchInputShape: true,
  batchSize: true,
  dtype: true,
  name: true,
  trainable: true,
  weights: true,
  inputDType: true,
  customObjects: true,
};
