import type { OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkPositive, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { HostLayer } from './hostSteps.ts';
import { checkLayerArgs, type LayerArgs } from './layerArgs.ts';
import type { LayerStep } from './layeredFeatures.ts';
import { oneShape, oneTensor } from './oneInput.ts';
import type { TensorLayer, TensorStep } from './tensorSteps.ts';

/** Arguments of the {@link Standardise} layer: one mean and one deviation a column. */
export interface StandardiseArgs extends LayerArgs {
  /** Mean of each column. */
  mean: readonly number[];
  /** Standard deviation of each column, >= 0. A column of deviation 0 says nothing and is mapped to 0. */
  deviation: readonly number[];
  /** Map standardised values back to their units instead. Default false. */
  invert?: boolean;
  /** Clip standardised values at plus and minus this many deviations; > 0. Default not at all. Not with `invert`. */
  clip?: number;
}

const OPTIONS: OptionNames<Omit<StandardiseArgs, keyof LayerArgs>> = {
  mean: true,
  deviation: true,
  invert: true,
  clip: true,
};

/**
 * x -> (x - mean) / deviation by column, clipped where asked, or, inverted, x -> x deviation + mean. Input and output
 * [n, columns], float32.
 * The statistics are non-trainable weights: they are saved with the model, and no training moves them.
 */
export class Standardise extends tf.layers.Layer implements HostLayer, TensorLayer {
  /** The name under which a saved model asks for this layer. */
  static readonly className = 'Standardise';

  /** One a column. */
  readonly mean: readonly number[];
  /** One a column, >= 0. */
  readonly deviation: readonly number[];
  /** Whether it maps back to units. */
  readonly invert: boolean;
  /** In deviations; Infinity where nothing is clipped. */
  readonly clip: number;
  private centre?: ReturnType<Standardise['addWeight']>;
  private factor?: ReturnType<Standardise['addWeight']>;

  /**
   * @throws InvalidArgumentError for unknown arguments, statistics that are not finite, negative deviations or differing
   * lengths
   */
  constructor(args: StandardiseArgs) {
    super(checkLayerArgs('Standardise', args, OPTIONS));
    this.mean = listed('mean', args.mean);
    this.deviation = listed('deviation', args.deviation);
    this.invert = checkBoolean('invert', args.invert ?? false);
    this.clip = args.clip === undefined ? Number.POSITIVE_INFINITY : checkPositive('clip', args.clip);
    if (this.invert && args.clip !== undefined)
      throw new InvalidArgumentError('clip', args.clip, 'none where values are mapped back to units');
    if (!this.mean.every(Number.isFinite))
      throw new InvalidArgumentError('mean', this.mean, 'finite numbers');
    if (!this.deviation.every((s) => Number.isFinite(s) && s >= 0))
      throw new InvalidArgumentError('deviation', this.deviation, 'finite numbers >= 0');
    if (this.deviation.length !== this.mean.length)
      throw new InvalidArgumentError(
        'deviation',
        this.deviation,
        `${this.mean.length} numbers, as many as mean`,
      );
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = oneShape(inputShape);
    if (shape.length !== 2 || shape[1] !== this.mean.length)
      throw new InvalidArgumentError(
        'input shape',
        shape,
        `[n, ${this.mean.length}], one column for each mean`,
      );
    this.centre = this.constant('mean', this.mean);
    this.factor = this.constant('factor', this.invert ? this.deviation : this.factors());
    this.built = true;
  }

  /** 1 / deviation, and 0 for a column of deviation 0. */
  private factors(): number[] {
    return this.deviation.map((s) => (s === 0 ? 0 : 1 / s));
  }

  private constant(name: string, values: readonly number[]): ReturnType<Standardise['addWeight']> {
    const zeros = tf.initializers.zeros();
    const weight = this.addWeight(name, [values.length], 'float32', zeros, undefined, false);
    const tensor = tf.tensor1d([...values]);
    weight.write(tensor);
    tensor.dispose();
    return weight;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const centre = this.centre!.read();
      const factor = this.factor!.read();
      if (this.invert) return x.mul(factor).add(centre);
      const standardised = x.sub(centre).mul(factor);
      return this.clip < Number.POSITIVE_INFINITY
        ? tf.clipByValue(standardised, -this.clip, this.clip)
        : standardised;
    });
  }

  hostSteps(): LayerStep[] | null {
    if (this.invert) return null;
    const { mean, clip } = this;
    return [
      { kind: 'scale', centre: Float64Array.from(mean), factor: Float64Array.from(this.factors()), clip },
    ];
  }

  tensorSteps(): TensorStep[] {
    const centre = this.centre!.read() as tf.Tensor1D;
    const factor = this.factor!.read() as tf.Tensor1D;
    return [{ kind: 'scale', centre, factor, invert: this.invert, clip: this.clip }];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { mean, deviation, invert, clip } = this;
    // JSON has no infinity.
    const clipped = clip < Number.POSITIVE_INFINITY ? { clip } : {};
    return { ...super.getConfig(), mean: [...mean], deviation: [...deviation], invert, ...clipped };
  }
}

function listed(name: string, values: unknown): readonly number[] {
  if (!Array.isArray(values)) throw new InvalidArgumentError(name, values, 'a list of numbers, one a column');
  return values;
}

tf.serialization.registerClass(Standardise);
