import { checkAttack } from '../attacks/boundedAttack.ts';
import { checkEpsilons, checkTargets } from '../attacks/checkProblem.ts';
import { type Attack, type Criterion, type ModelFunction, modelFunction } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { batchesOf } from '../data/batches.ts';
import { checkDataset, type Dataset, toTensors } from '../data/dataset.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { type Estimate, RunningMean } from '../numerics/estimate.ts';
import { computed } from '../runtime/computed.ts';
import { tf } from '../runtime/tf.ts';

/** At which budgets a robustness curve is measured, and how. */
export interface RobustRiskOptions {
  /** Budgets at which to measure, in units of the input. */
  readonly epsilons: readonly number[];
  /**
   * When an attack counts as successful; then the success rates are measured too, over every input that it visits.
   * The risks stay what they are without.
   */
  readonly criterion?: Criterion;
  /** Rows on the device at a time; memory is bounded by it whatever the number of rows. Default 2048. */
  readonly batchSize?: number;
}

const ROBUST_RISK_OPTIONS: OptionNames<RobustRiskOptions> = {
  epsilons: true,
  criterion: true,
  batchSize: true,
};

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
 * @throws InvalidArgumentError for eps < 0, unknown options, data that are no data sets, NaN in the data or the losses,
 * inputs outside the attack's bounds, labels that the model does not have, a criterion that is not for this attack, or a
 * model that does not take the data, or whose output does not fit the loss
 */
export async function robustRisk(
  model: tf.LayersModel | ModelFunction,
  data: Dataset | Iterable<Dataset>,
  attack: Attack,
  options: RobustRiskOptions,
): Promise<RobustRisk> {
  checkAttack(attack);
  checkOptions('robustRisk', options, ROBUST_RISK_OPTIONS);
  const { epsilons, criterion, batchSize = 2048 } = options ?? {};
  checkEpsilons(epsilons);
  checkInteger('batchSize', batchSize);
  const f = modelFunction(model);
  const means = [0, ...epsilons].map(() => new RunningMean());
  const successes = epsilons.map(() => new RunningMean());
  let firstRow = 0;
  for (const rows of isIterable(data) ? data : [data]) {
    checkData(rows, attack);
    for (const batch of batchesOf(rows, batchSize)) {
      const { x, y } = toTensors(batch);
      try {
        await checkTargets(f, x, y, attack.settings, criterion);
        const values = await computed(() => {
          const { clean, worst } = attack.perturbEach(f, x, y, epsilons, {
            firstRow,
            ...(criterion && { criterion }),
          });
          return tf.stack([
            clean.loss,
            ...worst.map((found) => found.greatestLoss ?? found.loss),
            ...worst.flatMap((found) => found.success ?? []),
          ]);
        });
        [...means, ...(criterion ? successes : [])].forEach((mean, k) => {
          mean.add(finite(values.subarray(k * batch.n, (k + 1) * batch.n)));
        });
      } finally {
        tf.dispose([x, y]);
      }
      firstRow += batch.n;
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

const isIterable = (data: Dataset | Iterable<Dataset>): data is Iterable<Dataset> =>
  typeof (data as Iterable<Dataset> | null)?.[Symbol.iterator] === 'function';

/**
 * @throws InvalidArgumentError naming data for anything but a data set on the host, x or y for arrays of another type, for
 * NaN and infinities, and x for inputs outside the attack's bounds
 */
export function checkData(data: Dataset, { settings: { bounds } }: Attack): void {
  const { n, x, y } = checkDataset(data);
  checkInteger('n', n);
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
export interface RisksOptions extends Omit<RobustRiskOptions, 'criterion'> {
  /** Its norm and loss are those of the risks. */
  readonly attack: Attack;
}

const RISKS_OPTIONS: OptionNames<RisksOptions> = { attack: true, epsilons: true, batchSize: true };

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
  options: RisksOptions,
): Promise<Risks> {
  checkOptions('risks', options, RISKS_OPTIONS);
  const { attack, ...others } = options ?? {};
  const { standard, curve } = await robustRisk(model, data, attack, others);
  return { standard, adversarial: curve.map((point) => point.risk) };
}
