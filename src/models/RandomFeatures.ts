import { checkInteger, checkSeed, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { centredActivation, checkActivation, type RegisteredName } from './activations.ts';
import { affineStep, centredStep, type HostLayer, linearStep } from './hostSteps.ts';
import { checkLayerArgs, type LayerArgs } from './layerArgs.ts';
import type { LayerStep } from './layeredFeatures.ts';
import { oneShape, oneTensor } from './oneInput.ts';
import { affineTensors, centredTensors, type TensorLayer, type TensorStep } from './tensorSteps.ts';
import { unitSphereRows } from './unitSphereRows.ts';

/** Arguments of the {@link RandomFeatures} layer, beside those of any layer of TensorFlow.js. */
export interface RandomFeaturesArgs extends LayerArgs {
  /** Number of random features, N. */
  units: number;
  /** Activation sigma by name, centred so that E sigma(G) = 0 for G ~ N(0, 1). Default 'shifted-relu', the paper's. */
  activation?: RegisteredName;
  /** Names the stream from which W is drawn. Default 0. */
  seed?: number | string;
}

/**
 * The frozen first layer of a random-features model: x -> sigma(W x), the rows of W uniform on the unit sphere
 * (Hassani & Javanmard, section 2), so that x ~ N(0, I_d) gives standard normal pre-activations.
 *
 * Input [..., d], output [..., N], float32. The kernel is stored as W' with shape [d, N]. It is a non-trainable weight
 * from its creation on: no optimiser, and no later `trainable = true`, can move it.
 */
export class RandomFeatures extends tf.layers.Layer implements HostLayer, TensorLayer {
  /** The name under which a saved model asks for this layer. */
  static readonly className = 'RandomFeatures';

  /** Number of random features, N. */
  readonly units: number;
  /** Activation sigma by name, which the layer centres. */
  readonly activation: RegisteredName;
  /** Names the stream from which W is drawn. */
  readonly seed: number | string;
  private kernel?: ReturnType<RandomFeatures['addWeight']>;

  /** @throws InvalidArgumentError for unknown arguments, units < 1 or an unknown activation. */
  constructor(args: RandomFeaturesArgs) {
    super(checkLayerArgs('RandomFeatures', args, { units: true, activation: true, seed: true }));
    this.units = checkInteger('units', args.units);
    this.activation = checkActivation(args.activation ?? 'shifted-relu');
    this.seed = checkSeed(args.seed ?? 0);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const d = lastAxis(inputShape);
    this.kernel = this.addWeight(
      'kernel',
      [d, this.units],
      'float32',
      tf.initializers.zeros(),
      undefined,
      false,
    );
    const rows = tf.tensor2d(unitSphereRows(this.seed, this.units, d), [d, this.units]);
    this.kernel.write(rows);
    rows.dispose();
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [...oneShape(inputShape).slice(0, -1), this.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const rows = x.rank === 2 ? x : x.reshape([-1, x.shape.at(-1)!]);
      const features = centredActivation(this.activation)(tf.matMul(rows, this.kernel!.read()));
      return x.rank === 2 ? features : features.reshape([...x.shape.slice(0, -1), this.units]);
    });
  }

  async hostSteps(width: number): Promise<LayerStep[]> {
    const { seed, units } = this;
    const affine = this.built
      ? await affineStep(this)
      : linearStep(unitSphereRows(seed, units, width), units);
    return [affine, centredStep(this.activation)];
  }

  tensorSteps(): TensorStep[] | null {
    const end = centredTensors(this.activation);
    return end && [affineTensors(this), ...end];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.units, activation: this.activation, seed: this.seed };
  }
}

tf.serialization.registerClass(RandomFeatures);

function lastAxis(inputShape: tf.Shape | tf.Shape[]): number {
  const shape = oneShape(inputShape);
  const d = shape.at(-1);
  if (typeof d === 'number') return d;
  throw new InvalidArgumentError('input shape', shape, 'a known last axis, the input dimension d');
}
