import { checkChoice } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type ActivationName, activationNames } from '../theory/activations.ts';
import { centredActivation } from './activations.ts';

type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

export interface CentredActivationArgs extends LayerArgs {
  activation: ActivationName;
}

/** An activation of the theory, centred under N(0, 1), as a layer without weights: any shape, float32. */
export class CentredActivation extends tf.layers.Layer {
  static readonly className = 'CentredActivation';
  readonly activation: ActivationName;

  /** @throws InvalidArgumentError for an unknown activation. */
  constructor(args: CentredActivationArgs) {
    super(args);
    this.activation = checkChoice('activation', args.activation, activationNames);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => centredActivation(this.activation)(Array.isArray(inputs) ? inputs[0]! : inputs));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}

tf.serialization.registerClass(CentredActivation);
