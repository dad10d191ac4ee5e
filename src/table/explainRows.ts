import { checkAttack } from '../attacks/boundedAttack.ts';
import { checkTargets } from '../attacks/checkProblem.ts';
import type { Attack } from '../attacks/index.ts';
import { batchesOf } from '../data/batches.ts';
import { toTensors } from '../data/dataset.ts';
import { checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { checkData } from '../evaluation/risk.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackedModel } from './attackedModel.ts';
import { checkInputs, type ExplainedInput } from './explainInputs.ts';

/** Every row as it is and as an attack leaves it. */
export interface AttackedRows {
  /** Output of the model, one a row; of several outputs the position of the largest. */
  readonly prediction: Float32Array;
  /** The same at the attacked row. */
  readonly worstPrediction: Float32Array;
  /** Loss of the row. */
  readonly cleanLoss: Float32Array;
  /** Loss of the attacked row. */
  readonly loss: Float32Array;
  /** Attacked row less row, in the units of the attacked model, n x d. */
  readonly delta: Float32Array;
}

/** Rows on the device at a time. */
const ROWS = 2048;

/**
 * What an attack of radius eps does to each row.
 * @param eps in the units of the attacked model
 * @param onRows called after each batch, with the number of its rows
 * @throws InvalidArgumentError for eps < 0, a model whose outputs do not fit the loss of the attack, and losses that are not finite
 */
export async function attackedRows(
  target: AttackedModel,
  attack: Attack,
  eps: number,
  onRows: (rows: number) => void = () => {},
): Promise<AttackedRows> {
  checkAttack(attack);
  checkNonNegative('eps', eps);
  const { f, data } = checkTarget(target);
  const { n, d } = data;
  checkData(data, attack);
  const found = {
    prediction: new Float32Array(n),
    worstPrediction: new Float32Array(n),
    cleanLoss: new Float32Array(n),
    loss: new Float32Array(n),
    delta: new Float32Array(n * d),
  };
  let start = 0;
  for (const batch of batchesOf(data, ROWS)) {
    const { x, y } = toTensors(batch);
    try {
      await checkTargets(f, x, y, attack.settings, undefined);
      const values = await computed(() => {
        const { clean, worst } = attack.perturbEach(f, x, y, [eps], { firstRow: start });
        const attacked = worst[0]!;
        const outputs = [x, attacked.x].map((rows) => answerOf(f(rows)));
        return tf.concat(
          [...outputs, clean.loss, attacked.loss, attacked.x.sub(x)].map((tensor) => tensor.flatten()),
        );
      });
      const lost = values.subarray(0, 4 * batch.n).find((value) => !Number.isFinite(value));
      if (lost !== undefined) throw new InvalidArgumentError('model', lost, 'a finite loss on every row');
      const parts = ['prediction', 'worstPrediction', 'cleanLoss', 'loss'] as const;
      for (const [k, name] of parts.entries())
        found[name].set(values.subarray(k * batch.n, (k + 1) * batch.n), start);
      found.delta.set(values.subarray(4 * batch.n), start * d);
    } finally {
      tf.dispose([x, y]);
    }
    start += batch.n;
    onRows(batch.n);
  }
  return found;
}

/** The output of each row, of several the position of the largest. */
const answerOf = (outputs: tf.Tensor): tf.Tensor =>
  outputs.shape[1] === 1 ? outputs : tf.argMax(outputs, 1).toFloat();

/** How an attack moves an input, over the rows. */
export interface InputMovement {
  /** Of the input. */
  readonly name: string;
  /** Mean of |delta|, the length over its columns, in the units of the attacked model. */
  readonly size: Estimate;
  /** Mean of |delta| in the input's own units; null for an input of several columns. */
  readonly ownSize: number | null;
  /** Mean of delta, with its sign, in the input's own units; null for an input of several columns. */
  readonly ownShift: number | null;
}

/**
 * The perturbation that hurts most, input by input: how far an attack moves each on average, and whither.
 * @param rows of which `delta` counts
 * @param deviations of the columns, in which delta is then counted; ones where eps counts in the inputs' own units
 */
export function inputMovements(
  rows: Pick<AttackedRows, 'delta'>,
  inputs: readonly ExplainedInput[],
  deviations: readonly number[],
): InputMovement[] {
  const { delta } = rows;
  const d = deviations.length;
  const n = delta.length / d;
  return checkInputs(inputs, d).map(({ name, columns }) => {
    const lengths = Float64Array.from({ length: n }, (_, i) =>
      Math.hypot(...columns.map((j) => delta[i * d + j]!)),
    );
    const size = meanOf(lengths);
    const [only, ...more] = columns;
    if (only === undefined || more.length > 0) return { name, size, ownSize: null, ownShift: null };
    let shift = 0;
    for (let i = 0; i < n; i++) shift += delta[i * d + only]! / n;
    const unit = deviations[only]!;
    return { name, size, ownSize: size.value * unit, ownShift: shift * unit };
  });
}

/** @throws InvalidArgumentError for anything but what `attackedModel` gives */
export function checkTarget(target: AttackedModel): AttackedModel {
  if (target === null || typeof target !== 'object' || !('f' in target && 'data' in target))
    throw new InvalidArgumentError('target', target, 'what attackedModel gives');
  return target;
}
