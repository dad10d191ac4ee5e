import { modelFunction, type NormName } from '../attacks/index.ts';
import { batchesOf } from '../data/batches.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';
import { leadOf } from './worstCase.ts';

/** Several classes of a target, and how well the largest output tells them apart. */
export interface SeveralClassesTold {
  /** The classes, in the order of the outputs. */
  readonly names: readonly string[];
  /** Without an attack. */
  readonly clean: LargestOutput;
  /** Under PGD of radius epsTest against each other class in turn, the worst of them. */
  readonly robust: LargestOutput;
  /** Under the exact attack on the model linearised at each row; for a linear model what is robust. */
  readonly linearised: LargestOutput;
  /** Of always naming the class that is commonest among the training rows. */
  readonly trivial: LargestOutput;
  /** Without an attack: by true class, how many rows are taken for each class. */
  readonly confusion: readonly (readonly number[])[];
  /** By true class, how many rows are answered rightly whatever PGD does. */
  readonly robustlyRight: readonly number[];
}

/** How often the largest output is that of the true class; ties count as wrong. */
export interface LargestOutput {
  /** Share of the rows whose class is not ahead of all others. */
  readonly error: Estimate;
  /** 1 - error. */
  readonly accuracy: Estimate;
}

/** Rows on the device at a time. */
const ROWS = 2048;

/**
 * Measures a model of as many outputs as there are classes.
 * @param data whose y are positions in the list of names
 * @param training y of the training rows
 * @param attack radius and norm, and the steps of PGD
 */
export async function severalClassesTold(
  model: tf.LayersModel,
  data: Dataset,
  {
    names,
    training,
    attack,
  }: {
    readonly names: readonly string[];
    readonly training: ArrayLike<number>;
    readonly attack: { readonly eps: number; readonly norm: NormName; readonly steps: number };
  },
): Promise<SeveralClassesTold> {
  const f = modelFunction(model);
  const found = {
    answer: [] as number[],
    clean: [] as number[],
    robust: [] as number[],
    linearised: [] as number[],
  };
  for (const batch of batchesOf(data, ROWS)) {
    const { x, y } = toTensors(batch);
    const leads = await computed(() => {
      const classes = y.reshape([-1]).toInt() as tf.Tensor1D;
      const answer = tf.argMax(f(x), 1).toFloat().expandDims(0);
      const robust = leadOf(f, x, classes, { ...attack, method: 'pgd' });
      const linearised = leadOf(f, x, classes, { ...attack, method: 'linearised' });
      return tf.concat([answer, robust, linearised.slice([1, 0])]);
    });
    tf.dispose([x, y]);
    for (const [k, list] of [found.answer, found.clean, found.robust, found.linearised].entries())
      list.push(...leads.subarray(k * batch.n, (k + 1) * batch.n));
  }
  const commonest = largestOf(names.map((_, k) => countOf(training, k)));
  const confusion = names.map(() => new Array<number>(names.length).fill(0));
  const robustlyRight = new Array<number>(names.length).fill(0);
  for (const [i, k] of data.y.entries()) {
    confusion[k]![found.answer[i]!]!++;
    if (found.robust[i]! > 0) robustlyRight[k]!++;
  }
  return {
    names,
    clean: largestOutput(found.clean),
    robust: largestOutput(found.robust),
    linearised: largestOutput(found.linearised),
    trivial: largestOutput(Array.from(data.y, (k) => (k === commonest ? 1 : -1))),
    confusion,
    robustlyRight,
  };
}

/** @param leads of the true class over the next, one a row */
function largestOutput(leads: readonly number[]): LargestOutput {
  const error = meanOf(Float64Array.from(leads, (lead) => (lead > 0 ? 0 : 1)));
  return { error, accuracy: { ...error, value: 1 - error.value } };
}

const countOf = (list: ArrayLike<number>, value: number): number =>
  Array.from(list).filter((one) => one === value).length;

const largestOf = (values: readonly number[]): number => values.indexOf(Math.max(...values));
