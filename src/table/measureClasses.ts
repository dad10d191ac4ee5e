import { modelFunction, type NormName, pgd } from '../attacks/index.ts';
import { linearisedLoss } from '../attacks/linearised.ts';
import { batchesOf } from '../data/batches.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { marginLosses } from '../exact/marginLosses.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';

/** How well signs of outputs tell two classes apart, from the margins y f(x) of some rows. */
export interface ClassMeasures {
  /** Share of the rows with y f(x) <= 0. */
  readonly error: Estimate;
  /** 1 - error. */
  readonly accuracy: Estimate;
  /** Mean of log(1 + exp(-y f(x))): f is taken for the logarithm of the odds, which only the logistic loss makes it. */
  readonly logLoss: Estimate;
  /** Rows of either class that are taken for either. An output of 0 counts as the wrong one. */
  readonly confusion: {
    /** +1 taken for +1. */
    readonly truePositive: number;
    /** +1 taken for -1. */
    readonly falseNegative: number;
    /** -1 taken for +1. */
    readonly falsePositive: number;
    /** -1 taken for -1. */
    readonly trueNegative: number;
  };
}

/** Margins y f(x) of the rows of a data set, as they are and as two attacks leave them. */
export interface Margins {
  /** Without an attack. */
  readonly clean: Float64Array;
  /** The least that PGD finds. */
  readonly robust: Float64Array;
  /** Of the model linearised at x: y f(x) - eps |grad f(x)|, in the dual norm. For a linear model what is robust. */
  readonly linearised: Float64Array;
}

/** Rows on the device at a time. */
const ROWS = 2048;

/**
 * The margins of a model of one output.
 * @param data with labels +1 and -1
 * @param attack radius and norm, and the steps of PGD
 */
export async function marginsOf(
  model: tf.LayersModel,
  data: Dataset,
  { eps, norm, steps }: { readonly eps: number; readonly norm: NormName; readonly steps: number },
): Promise<Margins> {
  const f = modelFunction(model);
  const attack = pgd({ norm, steps, loss: 'margin' });
  const found = { clean: [] as number[], robust: [] as number[], linearised: [] as number[] };
  for (const batch of batchesOf(data, ROWS)) {
    const { x, y } = toTensors(batch);
    const losses = await computed(() => {
      const { clean, worst } = attack.perturbEach(f, x, y, [eps], { firstRow: found.clean.length });
      const linearised = linearisedLoss(f, x, y, attack.settings, eps);
      return tf.stack([clean.loss, worst[0]!.loss, linearised]);
    });
    tf.dispose([x, y]);
    // What the attack maximises is -y f(x).
    for (const [k, list] of [found.clean, found.robust, found.linearised].entries())
      for (const loss of losses.subarray(k * batch.n, (k + 1) * batch.n)) list.push(-loss);
  }
  const { clean, robust, linearised } = found;
  return {
    clean: Float64Array.from(clean),
    robust: Float64Array.from(robust),
    linearised: Float64Array.from(linearised),
  };
}

/**
 * @param margins y f(x), one a row
 * @param y the labels, +1 and -1
 */
export function classMeasures(margins: Float64Array, y: ArrayLike<number>): ClassMeasures {
  const wrong = margins.map((margin) => (margin > 0 ? 0 : 1));
  const error = meanOf(wrong);
  const count = (label: number, missed: number): number =>
    wrong.reduce((sum, one, i) => sum + (y[i] === label && one === missed ? 1 : 0), 0);
  return {
    error,
    accuracy: { ...error, value: 1 - error.value },
    logLoss: meanOf(margins.map(marginLosses.logistic.value)),
    confusion: {
      truePositive: count(1, 0),
      falseNegative: count(1, 1),
      falsePositive: count(-1, 1),
      trueNegative: count(-1, 0),
    },
  };
}
