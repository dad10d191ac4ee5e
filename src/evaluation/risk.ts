import { type Attack, type Criterion, type ModelFunction, modelFunction } from '../attacks/index.ts';
import { batchesOf } from '../data/batches.ts';
import { type Dataset, toTensors } from '../data/dataset.ts';
import { checkInteger, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type Estimate, RunningMean } from './estimate.ts';

/** At which budgets a robustness curve is measured, and how. */
export interface RobustRiskOptions {
  /** Budgets at which to measure, in units of the input. */
  readonly epsilons: readonly number[];
  /** When an attack counts as successful; then the success rates are measured too. */
  readonly criterion?: Criterion;
  /** Rows on the device at a time; memory is bounded by it whatever the number of rows. Default 2048. */
  readonly batchSize?: number;
}

/** Means over rows, with standard errors. Risks found by an attack are lower bounds of the true ones. */
export interface RobustRisk {
  /** Name of the attack. */
  readonly attack: string;
  /** Norm of the perturbations. */
  readonly norm: string;
  /** Name of the loss. */
  readonly loss: string;
  /** E loss(f(x), y); for squared error SR, which includes the label noise. */
  readonly standard: Estimate;
  /** For each eps in order: E max over |delta| <= eps of the loss. */
  readonly curve: readonly RobustRiskPoint[];
}

/** A point of a robustness curve. */
export interface RobustRiskPoint {
  /** Budget, in units of the input. */
  readonly eps: number;
  /** Mean loss at the worst inputs found. */
  readonly risk: Estimate;
  /** Fraction of rows on which the attack succeeded; null without a criterion. */
  readonly success: Estimate | null;
}

/**
 * Standard and adversarial risk of a model on data as a robustness curve. Data come whole or batch by batch; results
 * are read back once a batch. For the worst case over several attacks hand in `worstOf([...])`.
 * @param model a tf.LayersModel, or a function from a batch [n, ...] to outputs [n, k]
 * @param options budgets, criterion and batch size
 * @throws InvalidArgumentError for eps < 0, NaN in the data or the losses, inputs outside the attack's bounds, or a
 * model whose output does not fit the loss
 */
export async function robustRisk(
  model: tf.LayersModel | ModelFunction,
  data: Dataset | Iterable<Dataset>,
  attack: Attack,
  { epsilons, criterion, batchSize = 2048 }: RobustRiskOptions,
): Promise<RobustRisk> {
  for (const eps of epsilons) checkNonNegative('eps', eps);
  checkInteger('batchSize', batchSize);
  const f = modelFunction(model);
  const means = [0, ...epsilons].map(() => new RunningMean());
  const successes = epsilons.map(() => new RunningMean());
  let part = 0;
  for (const rows of Symbol.iterator in data ? data : [data]) {
    for (const batch of batchesOf(rows, batchSize)) {
      checkData(batch, attack);
      const table = tf.tidy(() => {
        const { x, y } = toTensors(batch);
        const { clean, worst } = attack.sweep(f, x, y, epsilons, `batch ${part}`);
        const reached = criterion ? worst.map((found) => criterion.reached(f(found.x), y).toFloat()) : [];
        return tf.stack([clean.loss, ...worst.map((found) => found.loss), ...reached]);
      });
      const values = await table.data();
      table.dispose();
      [...means, ...(criterion ? successes : [])].forEach((mean, k) => {
        mean.add(finite(values.subarray(k * batch.n, (k + 1) * batch.n)));
      });
      part++;
    }
  }
  const [standard, ...adversarial] = means.map((mean) => mean.estimate());
  return {
    attack: attack.name,
    norm: attack.settings.norm.name,
    loss: attack.settings.loss.name,
    standard: standard!,
    curve: epsilons.map((eps, k) => ({
      eps,
      risk: adversarial[k]!,
      success: criterion ? successes[k]!.estimate() : null,
    })),
  };
}

/** @throws InvalidArgumentError naming x or y for NaN and infinities, and x for inputs outside the attack's bounds */
export function checkData({ x, y }: Dataset, { settings: { bounds } }: Attack): void {
  for (const [name, values] of [
    ['x', x],
    ['y', y],
  ] as const) {
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new InvalidArgumentError(name, wrong, 'finite values in the data');
  }
  const outside = bounds && x.find((value) => value < bounds[0] || value > bounds[1]);
  if (bounds && outside !== undefined && outside !== null)
    throw new InvalidArgumentError('x', outside, `inputs within bounds [${bounds}]`);
}

function finite<A extends ArrayLike<number>>(losses: A): A {
  for (let i = 0; i < losses.length; i++)
    if (!Number.isFinite(losses[i]))
      throw new InvalidArgumentError('model', losses[i], 'a finite loss on every row');
  return losses;
}

/** The attack and budgets of `risks`. */
export interface RiskOptions extends Omit<RobustRiskOptions, 'criterion'> {
  /** Its norm and loss are those of the risks. */
  readonly attack: Attack;
}

/** Mean losses over rows: SR and, lower bounds as found by the attack, AR. */
export interface Risks {
  /** E loss(f(x), y). */
  readonly standard: Estimate;
  /** For each eps in order. */
  readonly adversarial: readonly Estimate[];
}

/**
 * `robustRisk`, in short: the standard risk, and the adversarial one for each eps.
 * @param options attack, budgets and batch size
 * @throws InvalidArgumentError as {@link robustRisk} does
 */
export async function risks(
  model: tf.LayersModel | ModelFunction,
  data: Dataset | Iterable<Dataset>,
  { attack, ...options }: RiskOptions,
): Promise<Risks> {
  const { standard, curve } = await robustRisk(model, data, attack, options);
  return { standard, adversarial: curve.map((point) => point.risk) };
}
