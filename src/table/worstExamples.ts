import type { Attack } from '../attacks/index.ts';
import { toTensors } from '../data/dataset.ts';
import { checkInteger } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackedModel } from './attackedModel.ts';

/** A row, and what an attack made of it. */
export interface WorstExample {
  /** Its index in the data. */
  readonly row: number;
  /** Loss at the row itself. */
  readonly cleanLoss: number;
  /** Loss at the attacked row. */
  readonly loss: number;
  /** The row. */
  readonly x: Float32Array;
  /** The attacked row, within eps of it. */
  readonly attacked: Float32Array;
}

/**
 * The rows whose loss an attack raises most, the most raised first.
 * @param eps radius, in the units of the attacked model
 * @param count how many at most
 */
export async function worstExamples(
  target: AttackedModel,
  attack: Attack,
  eps: number,
  count = 5,
): Promise<WorstExample[]> {
  checkInteger('count', count);
  const { f, data } = target;
  const { x, y } = toTensors(data);
  const run = await attack.run(f, x, y, { epsilons: [eps] });
  const [clean, found, attacked] = await Promise.all(
    [run.cleanLoss, run.loss, run.x[0]!].map((tensor) => tensor.data() as Promise<Float32Array>),
  );
  run.dispose();
  tf.dispose([x, y]);
  const rowOf = (values: Float32Array, i: number) => values.subarray(i * data.d, (i + 1) * data.d);
  return Array.from(clean!, (cleanLoss, row) => ({
    row,
    cleanLoss,
    loss: found![row]!,
    x: rowOf(data.x, row),
    attacked: rowOf(attacked!, row),
  }))
    .sort((a, b) => b.loss - b.cleanLoss - (a.loss - a.cleanLoss))
    .slice(0, count);
}
