import { tf } from '../runtime/tf.ts';
import { centredActivation, checkActivation, type RegisteredName } from './activations.ts';
import { centredStep, type HostLayer } from './hostSteps.ts';
import { checkLayerArgs, type LayerArgs } from './layerArgs.ts';
import type { LayerStep } from './layeredFeatures.ts';
import { oneTensor } from './oneInput.ts';
import { centredTensors, type TensorLayer, type TensorStep } from './tensorSteps.ts';

/** Arguments of the {@link CentredActivation} layer, beside those of any layer of TensorFlow.js. */
export interface CentredActivationArgs extends LayerArgs {
  /** Activation sigma by name; the layer subtracts E sigma(G), G ~ N(0, 1). */
  activation: RegisteredName;
}

/** An activation of the theory, centred under N(0, 1), as a layer without weights: any shape, float32. */
export class CentredActivation extends tf.layers.Layer implements HostLayer, TensorLayer {
  /** The name under which a saved model asks for this layer. */
  static readonly className = 'CentredActivation';
  /** Activation sigma by name. */
  readonly activation: RegisteredName;

  /** @throws InvalidArgumentError for unknown arguments, an unknown activation. */
  constructor(args: CentredActivationArgs) {
    super(checkLayerArgs('CentredActivation', args, { activation: true }));
    this.activation = checkActivation(args.activation);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => centredActivation(this.activation)(oneTensor(inputs)));
  }

  hostSteps(): LayerStep[] {
    return [centredStep(this.activation)];
  }

  tensorSteps(): TensorStep[] | null {
    return centredTensors(this.activation);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}

tf.serialization.registerClass(CentredActivation);
