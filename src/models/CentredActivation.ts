import { checkChoice } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type ActivationName, activationNames } from '../theory/activations.ts';
import { centredActivation } from './activations.ts';
import { checkLayerArgs, type LayerArgs } from './layerArgs.ts';

/** Arguments of the {@link CentredActivation} layer, beside those of any layer of TensorFlow.js. */
export interface CentredActivationArgs extends LayerArgs {
  /** By name; the mean under N(0, 1) is subtracted. */
  activation: ActivationName;
}

/** An activation of the theory, centred under N(0, 1), as a layer without weights: any shape, float32. */
export class CentredActivation extends tf.layers.Layer {
  /** The name under which a saved model asks for this layer. */
  static readonly className = 'CentredActivation';
  /** The one it was made with. */
  readonly activation: ActivationName;

  /** @throws InvalidArgumentError for unknown arguments, an unknown activation. */
  constructor(args: CentredActivationArgs) {
    super(checkLayerArgs('CentredActivation', args, { activation: true }));
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
