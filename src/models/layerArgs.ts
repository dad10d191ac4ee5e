import type { tf } from '../runtime/tf.ts';

/** What any layer of TensorFlow.js can be told: `name`, `inputShape`, `dtype` and so on. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;
