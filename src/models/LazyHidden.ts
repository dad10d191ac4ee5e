import { checkInteger, checkSeed, InvalidArgumentError } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import { centredActivation } from './activations.ts';
import { checkLayerArgs, type LayerArgs } from './layerArgs.ts';
import { oneShape, oneTensor } from './oneInput.ts';
import { unitSphereRows } from './unitSphereRows.ts';

/** Arguments of the {@link LazyHidden} layer, beside those of any layer of TensorFlow.js. */
export interface LazyHiddenArgs extends LayerArgs {
  /** Hidden units, N. */
  units: number;
  /** Names the streams of the random weights. Default 0. */
  seed?: number | string;
}

/**
 * A network of one hidden ReLU layer in the lazy regime: linear in all its weights about random ones (Chizat, Oyallon &
 * Bach 2019),
 *
 *   f(x) = a' sigma(W x) + sum_i (b_i / sqrt(N)) sigma'(w_i' x) v_i' x,
 *
 * with W (rows uniform on the unit sphere) and b_i = 1 or -1 frozen, and a and V trained from 0: f = 0 at the start. Random
 * features are V = 0. Input [n, d], output [n, 1], shifted ReLU, float32.
 */
export class LazyHidden extends tf.layers.Layer {
  /** The name under which a saved model asks for this layer. */
  static readonly className = 'LazyHidden';
  /** Hidden units, N. */
  readonly units: number;
  /** Names the streams of the random weights. */
  readonly seed: number | string;
  private kernel?: ReturnType<LazyHidden['addWeight']>;
  private signs?: ReturnType<LazyHidden['addWeight']>;
  private readout?: ReturnType<LazyHidden['addWeight']>;
  private moves?: ReturnType<LazyHidden['addWeight']>;

  /** @throws InvalidArgumentError for unknown arguments, units < 1 */
  constructor(args: LazyHiddenArgs) {
    super(checkLayerArgs('LazyHidden', args, { units: true, seed: true }));
    this.units = checkInteger('units', args.units);
    this.seed = checkSeed(args.seed ?? 0);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = oneShape(inputShape);
    const [, d, ...more] = shape;
    if (typeof d !== 'number' || more.length > 0)
      throw new InvalidArgumentError('input shape', shape, '[n, d] with a known d');
    const N = this.units;
    const zeros = tf.initializers.zeros();
    const weight = (name: string, size: number[], trainable: boolean) =>
      this.addWeight(name, size, 'float32', zeros, undefined, trainable);
    this.kernel = weight('kernel', [d, N], false);
    this.signs = weight('signs', [N, 1], false);
    this.readout = weight('readout', [N, 1], true);
    this.moves = weight('moves', [d, N], true);
    const random = stream(this.seed, 'lazy', 'signs');
    const signs = Float32Array.from({ length: N }, () => (random.uniform() < 0.5 ? -1 : 1) / Math.sqrt(N));
    tf.tidy(() => {
      this.kernel!.write(tf.tensor2d(unitSphereRows(this.seed, N, d), [d, N]));
      this.signs!.write(tf.tensor2d(signs, [N, 1]));
    });
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [oneShape(inputShape)[0]!, 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs) as tf.Tensor2D;
      const u = tf.matMul(x, this.kernel!.read() as tf.Tensor2D);
      const moved = tf.step(u).mul(tf.matMul(x, this.moves!.read() as tf.Tensor2D));
      const features = centredActivation('shifted-relu')(u);
      return tf
        .matMul(features as tf.Tensor2D, this.readout!.read() as tf.Tensor2D)
        .add(tf.matMul(moved as tf.Tensor2D, this.signs!.read() as tf.Tensor2D));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.units, seed: this.seed };
  }
}

tf.serialization.registerClass(LazyHidden);
