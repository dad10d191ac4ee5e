import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { onHost } from '../models/hostSteps.ts';
import { Standardise } from '../models/Standardise.ts';
import { tf } from '../runtime/tf.ts';

/** An output of a linear model, f(x) = intercept + sum of coefficients x_j, in the units of its inputs and of its target. */
export interface LinearCoefficients {
  /** f(0), in units of the target. */
  readonly intercept: number;
  /** One an input: units of the target for one unit of the input. */
  readonly coefficients: readonly number[];
  /** One an input: units of the target for one standard deviation of the input. */
  readonly perDeviation: readonly number[];
  /** Deviations beyond which the model clips its inputs and the coefficients no longer hold; null where it does not. */
  readonly clip: number | null;
}

/**
 * The coefficients of a linear model, through its standardising layers. float64, from weights in float32.
 * @param output which of its outputs. Default 0, the first
 * @returns null for a model that is not linear, or not known layer by layer, and for an output that it does not have
 * @throws InvalidArgumentError for anything but a layers model, and output < 0
 */
export async function linearCoefficients(
  model: tf.LayersModel,
  output = 0,
): Promise<LinearCoefficients | null> {
  if (!Array.isArray(model?.inputs)) throw new InvalidArgumentError('model', model, 'a tf.LayersModel');
  checkInteger('output', output, 0);
  const [d, ...more] = model.inputs[0]!.shape.slice(1);
  if (!(model instanceof tf.Sequential) || typeof d !== 'number' || more.length > 0) return null;
  const layers = [...model.layers];
  const units = layers.at(-1) instanceof Standardise ? (layers.at(-1) as Standardise) : null;
  const [mean, unit] = units?.invert ? [units.mean[output]!, units.deviation[output]!] : [0, 1];
  const inner = await onHost(units?.invert ? layers.slice(0, -1) : layers, d);
  if (!inner || output >= inner.units) return null;

  // From the output to the input: f = offset + slope' u, u what the step reads.
  let slope = Float64Array.from({ length: inner.units }, (_, k) => (k === output ? unit : 0));
  let offset = mean;
  let clip: number | null = null;
  const deviation = new Float64Array(d).fill(1);
  for (const step of inner.steps.toReversed()) {
    if (step.kind === 'elementwise') return null;
    if (step.kind === 'scale') {
      const { centre, factor } = step;
      if (step.clip !== undefined && step.clip < Number.POSITIVE_INFINITY) clip = step.clip;
      slope = slope.map((value, j) => value * factor[j]!);
      offset -= slope.reduce((sum, value, j) => sum + value * centre[j]!, 0);
      if (slope.length === d) for (let j = 0; j < d; j++) deviation[j]! /= factor[j] || 1;
    } else {
      const { weights, outputs, bias } = step;
      const inputs = weights.length / outputs;
      if (bias) offset += slope.reduce((sum, value, a) => sum + value * bias[a]!, 0);
      const behind = slope;
      slope = new Float64Array(inputs).map((_, j) =>
        behind.reduce((sum, value, a) => sum + value * weights[a * inputs + j]!, 0),
      );
    }
  }
  return {
    intercept: offset,
    coefficients: [...slope],
    perDeviation: [...slope.map((value, j) => value * deviation[j]!)],
    clip,
  };
}
