import { type Attack, type ModelFunction, modelFunction } from '../attacks/index.ts';
import { batchesOf } from '../data/batches.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { checkNonNegative } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type Estimate, RunningMean } from './estimate.ts';

export interface RiskOptions {
  /** Finds the worst inputs. Without one only eps 0 can be evaluated. */
  readonly attack: Attack;
  /** Budgets at which to measure the adversarial risk, in units of the input. */
  readonly epsilons: readonly number[];
  /** Rows on the device at a time; memory is bounded by it whatever the number of rows. Default 2048. */
  readonly batchSize?: number;
}

export interface Risks {
  /** E loss(f(x), y); for squared error SR, which includes the label noise. */
  readonly standard: Estimate;
  /** E max over |delta| <= eps of the loss, as found by the attack, for each eps in order: a lower bound of AR. */
  readonly adversarial: readonly Estimate[];
}

/**
 * Standard and adversarial risk of a model on data, with standard errors over rows. Data come whole or batch by batch;
 * results are read back once a batch.
 * @throws InvalidArgumentError for eps < 0 or a model whose output does not fit y
 */
export async function risks(
  model: tf.LayersModel | ModelFunction,
  data: Dataset | Iterable<Dataset>,
  { attack, epsilons, batchSize = 2048 }: RiskOptions,
): Promise<Risks> {
  for (const eps of epsilons) checkNonNegative('eps', eps);
  const f = modelFunction(model);
  const budgets = [0, ...epsilons];
  const means = budgets.map(() => new RunningMean());
  let key = 0;
  for (const part of Symbol.iterator in data ? data : [data]) {
    for (const batch of batchesOf(part, batchSize)) {
      const { x, y } = toTensors(batch);
      const losses = tf.tidy(() =>
        tf.stack(budgets.map((eps) => attack.perturb(f, x, y, eps, `batch ${key}`).loss)),
      );
      const values = await losses.data();
      tf.dispose([x, y, losses]);
      means.forEach((mean, k) => {
        mean.add(values.subarray(k * batch.n, (k + 1) * batch.n));
      });
      key++;
    }
  }
  const [standard, ...adversarial] = means.map((mean) => mean.estimate());
  return { standard: standard!, adversarial };
}
