import { type Attack, type ModelFunction, modelFunction } from '../attacks/index.ts';
import { checkSizes } from '../data/checkRows.ts';
import { type Dataset, type HostRows, toTensors } from '../data/dataset.ts';
import { checkBoolean, InvalidArgumentError } from '../errors.ts';
import { type SanityCheck, sanityChecks } from '../evaluation/sanityChecks.ts';
import { splitStandardised } from '../models/standardisedModel.ts';
import { tf } from '../runtime/tf.ts';

/** What is attacked, on which rows, and what a radius then counts in. */
export interface AttackedModel {
  /** From rows of `data`, [n, d], to outputs [n, k]. */
  readonly f: ModelFunction;
  /** The rows as `f` takes them. */
  readonly data: Dataset;
  /** What eps counts in. */
  readonly units: "the inputs' own units" | 'standard deviations of the inputs';
}

/**
 * The part of a model that an attack of given units attacks, and its rows. A model that standardises its inputs is cut behind
 * that layer, so that eps is in standard deviations, as it was in training, unless the inputs' own units are asked for.
 * @param model of one input, of any shape; it must outlive the result
 * @param rows in the units that the model reads, float64 where they have digits that float32 has not
 * @param raw whether eps is to count in the inputs' own units, whatever the model does. Default false
 * @throws InvalidArgumentError for anything but a model and a data set, and naming data for rows of another size than the
 * model's input
 */
export async function attackedModel(
  model: tf.LayersModel,
  rows: HostRows,
  raw = false,
): Promise<AttackedModel> {
  if (!Array.isArray(model?.inputs)) throw new InvalidArgumentError('model', model, 'a tf.LayersModel');
  checkSizes(rows, ['Float32Array', 'Float64Array'], 0);
  const f = onRows(model, rows);
  const split = checkBoolean('raw', raw) ? null : splitStandardised(model);
  const asRead = (x: HostRows['x']): Dataset => ({
    ...{ n: rows.n, d: rows.d },
    x: inFloat32(x),
    y: inFloat32(rows.y),
  });
  if (!split) return { f, data: asRead(rows.x), units: "the inputs' own units" };
  const data = asRead(split.standardiseRows(rows.x, rows.n));
  return { f: split.core, data, units: 'standard deviations of the inputs' };
}

/** The values themselves where they are float32 already. */
const inFloat32 = (values: Float32Array | Float64Array): Float32Array =>
  values.BYTES_PER_ELEMENT === 4 ? (values as Float32Array) : Float32Array.from(values);

/** The model on flat rows, whatever the shape of its inputs. */
function onRows(model: tf.LayersModel, { d }: HostRows): ModelFunction {
  const shape = model.inputs[0]!.shape.slice(1);
  const size = shape.reduce<number>((product, axis) => product * (axis ?? Number.NaN), 1);
  if (model.inputs.length !== 1 || size !== d)
    throw new InvalidArgumentError('data', `${d} inputs a row`, `[${shape}], one input of the model`);
  // Flat rows are what the model reads already, and its layers may be a chain with explicit gradients.
  if (shape.length === 1) return modelFunction(model);
  return (x) => model.apply(x.reshape([-1, ...(shape as number[])]), { training: false }) as tf.Tensor;
}

/** Rows on which the sanity checks run at most: they take a hundred times as long as an attack. */
const CHECKED_ROWS = 500;

/**
 * The sanity checks in the norm, loss and bounds of an attack, on the first 500 rows.
 * @throws InvalidArgumentError as `sanityChecks` does
 */
export async function attackSanityChecks(
  target: AttackedModel,
  attack: Attack,
  eps: number,
): Promise<SanityCheck[]> {
  const { f, data } = target;
  const { norm, loss, bounds, seed } = attack.settings;
  const n = Math.min(data.n, CHECKED_ROWS);
  const { x, y } = toTensors({ n, d: data.d, x: data.x.subarray(0, n * data.d), y: data.y.subarray(0, n) });
  const checks = await sanityChecks(f, x, y, {
    eps,
    norm: norm.name,
    loss,
    seed,
    ...(bounds ? { bounds } : {}),
  });
  tf.dispose([x, y]);
  return checks;
}
