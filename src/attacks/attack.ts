import { checkInteger, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import type { Criterion } from './criteria.ts';
import { fitting, targetColumns } from './losses.ts';
import { type ModelFunction, modelFunction } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import { column, type Perturbed } from './perSample.ts';

/** A budget in the units of the input: one for all samples, or one for each. */
export type Eps = number | ArrayLike<number>;

/** What is attacked: rows x, their targets [n, k], and the model as a function. */
export interface AttackProblem {
  /** From a batch [n, ...] to outputs [n, k]. */
  readonly f: ModelFunction;
  /** Inputs about which to look, [n, ...]. */
  readonly x: tf.Tensor;
  /** Targets, [n, k]. */
  readonly y: tf.Tensor;
}

/**
 * An attack made ready for a problem: the worst inputs found within eps, with a key that tells random starts apart.
 * What all budgets share is computed before; called within a tidy.
 */
export type AttackSearch = (eps: Lengths, key: number | string) => Perturbed;

/** The clean inputs and the worst ones for each eps. The caller disposes all of it. */
export type Sweep = {
  /** The inputs themselves, and the loss there. */
  readonly clean: Perturbed;
  /** One for each eps, in order. */
  readonly worst: Perturbed[];
};

/** What `Attack.run` attacks with, and in what portions. */
export interface RunOptions {
  /** Budgets, in units of the input; each one number, or one for each sample. */
  readonly epsilons: readonly Eps[];
  /** When an attack counts as successful. Without one nothing is said about success. */
  readonly criterion?: Criterion;
  /** Rows on the device at a time, which bounds the memory beside that of the results. Default 2048. */
  readonly batchSize?: number;
  /** Tells the random starts of one run from another's. Default 0. */
  readonly key?: number | string;
}

/** What `Attack.run` found, for K budgets and N samples. The caller disposes it. */
export interface AttackRun {
  /** The K worst inputs found, each of the shape of x. */
  readonly x: readonly tf.Tensor[];
  /** Loss at the worst inputs, [K, N]. */
  readonly loss: tf.Tensor2D;
  /** Loss at the inputs themselves, [N]. */
  readonly cleanLoss: tf.Tensor1D;
  /** Whether the criterion was reached, [K, N], bool; null without a criterion. */
  readonly success: tf.Tensor2D | null;
  /** Disposes all of these tensors. */
  dispose(): void;
}

/** An attack bounded by eps in a norm. The model is left as it was. */
export interface Attack {
  /** As {@link attackNamed} knows it. */
  readonly name: string;
  /** The options it was made of, with every choice made. */
  readonly settings: AttackSettings;
  /** What {@link worstOf} combines: the attack on one problem, before it knows eps. Within a tidy. */
  prepare(problem: AttackProblem): AttackSearch;
  /**
   * The worst inputs found with |delta| <= eps about x, and the loss there. Reads nothing back to the host, so that it
   * can be the inner loop of training: neither NaN nor bounds are looked for in the data. The caller disposes both.
   * @param x batch [n, ...], float32
   * @param y targets [n] or [n, k]
   * @param eps budget in the units of x; 0 returns the input and its loss
   * @param key tells the random starts of one batch or training step from another's
   * @throws InvalidArgumentError for eps < 0, or a model whose output does not fit the loss
   */
  perturb(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    eps: Eps,
    key?: number | string,
  ): Perturbed;
  /** `perturb` for several budgets, which share the clean pass. */
  sweep(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    epsilons: readonly Eps[],
    key?: number | string,
  ): Sweep;
  /**
   * Attacks any number of samples with several budgets, batch by batch, and looks at the data: one read at the end.
   * @throws InvalidArgumentError also for x without rows, for NaN in x, y or the model's output, and for inputs outside the bounds
   */
  run(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    options: RunOptions,
  ): Promise<AttackRun>;
}

/** An attack from its name, its settings and how it is made ready for a problem. */
export function boundedAttack<S extends AttackSettings>(
  name: string,
  settings: S,
  prepare: (problem: AttackProblem) => AttackSearch,
): Attack & { readonly settings: S } {
  const cleanOf = (problem: AttackProblem): Perturbed => {
    const loss = lossAt(problem, settings, problem.x);
    return { x: problem.x.clone(), loss };
  };
  const problemOf = (model: tf.LayersModel | ModelFunction, x: tf.Tensor, y: tf.Tensor): AttackProblem => ({
    f: modelFunction(model),
    x,
    y: targetColumns(x, y),
  });

  const attack: Attack & { readonly settings: S } = {
    name,
    settings,
    prepare,

    perturb(model, x, y, eps, key = 0) {
      checkEps(eps, x.shape[0]!);
      return tf.tidy(() => {
        const problem = problemOf(model, x, y);
        return eps === 0 ? cleanOf(problem) : prepare(problem)(lengthsOf(eps, x), key);
      });
    },

    sweep(model, x, y, epsilons, key = 0) {
      for (const eps of epsilons) checkEps(eps, x.shape[0]!);
      return tf.tidy(() => {
        const problem = problemOf(model, x, y);
        const clean = cleanOf(problem);
        const search = epsilons.every((eps) => eps === 0) ? null : prepare(problem);
        const worst = epsilons.map((eps) =>
          eps === 0 || search === null
            ? { x: clean.x.clone(), loss: clean.loss.clone() }
            : tf.tidy(() => search(lengthsOf(eps, x), key)),
        );
        return { clean, worst };
      });
    },

    run: (model, x, y, options) => runInBatches(attack, modelFunction(model), x, y, options),
  };
  return attack;
}

async function runInBatches(
  attack: Attack,
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  { epsilons, criterion, batchSize = 2048, key = 0 }: RunOptions,
): Promise<AttackRun> {
  checkInteger('batchSize', batchSize);
  const n = x.shape[0] ?? 0;
  if (n === 0) throw new InvalidArgumentError('x', x.shape, 'at least one row');
  for (const eps of epsilons) checkEps(eps, n);
  const { faults, successes, ...results } = tf.tidy(() => {
    const targets = targetColumns(x, y);
    const parts = Array.from({ length: Math.ceil(n / batchSize) }, (_, i) => {
      const start = i * batchSize;
      const size = Math.min(batchSize, n - start);
      const budgets = epsilons.map((eps) =>
        typeof eps === 'number' ? eps : Array.from(eps).slice(start, start + size),
      );
      return tf.tidy(() => {
        const rows = rowsFrom(x, start, size);
        const their = rowsFrom(targets, start, size);
        const { clean, worst } = attack.sweep(f, rows, their, budgets, `${key} batch ${i}`);
        const success = criterion ? worst.map((found) => criterion.reached(f(found.x), their)) : [];
        return {
          x: worst.map((found) => found.x),
          loss: worst.map((found) => found.loss),
          clean: clean.loss,
          success,
        };
      });
    });
    const cleanLoss = tf.concat(parts.map((part) => part.clean)) as tf.Tensor1D;
    /** [K, n] from the rows of each part. */
    const table = (of: (part: (typeof parts)[number], k: number) => tf.Tensor): tf.Tensor2D =>
      epsilons.length === 0
        ? tf.zeros([0, n])
        : (tf.stack(epsilons.map((_, k) => tf.concat(parts.map((part) => of(part, k))))) as tf.Tensor2D);
    const loss = table((part, k) => part.loss[k]!);
    return {
      x: epsilons.map((_, k) => tf.concat(parts.map((part) => part.x[k]!))),
      loss,
      cleanLoss,
      successes: criterion ? [table((part, k) => part.success[k]!)] : [],
      faults: faultsIn(x, targets, cleanLoss, loss, attack.settings),
    };
  });
  const found = await faults.data();
  faults.dispose();
  const dispose = (): void => tf.dispose([...results.x, results.loss, results.cleanLoss, ...successes]);
  try {
    refuse(found, attack.settings);
  } catch (error) {
    dispose();
    throw error;
  }
  return { ...results, success: successes[0] ?? null, dispose };
}

const rowsFrom = (x: tf.Tensor, start: number, size: number): tf.Tensor =>
  tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);

/** Counts of what is wrong, in the order of `refuse`. */
function faultsIn(
  x: tf.Tensor,
  y: tf.Tensor,
  cleanLoss: tf.Tensor,
  loss: tf.Tensor,
  { bounds }: AttackSettings,
): tf.Tensor1D {
  const count = (mask: tf.Tensor): tf.Tensor => tf.sum(mask.toFloat());
  const notFinite = (values: tf.Tensor): tf.Tensor =>
    values.size === 0 ? tf.scalar(0) : count(tf.isFinite(values).logicalNot());
  const outside = bounds ? count(x.less(bounds[0]).logicalOr(x.greater(bounds[1]))) : tf.scalar(0);
  return tf.stack([
    notFinite(x),
    notFinite(y),
    outside,
    notFinite(cleanLoss),
    notFinite(loss),
  ]) as tf.Tensor1D;
}

function refuse(faults: ArrayLike<number>, { bounds }: AttackSettings): void {
  const [inX, inY, outside, inClean, inLoss] = Array.from(faults);
  const notFinite = (count: number): string => `${count} NaN or infinite values`;
  if (inX! > 0) throw new InvalidArgumentError('x', notFinite(inX!), 'finite inputs');
  if (inY! > 0) throw new InvalidArgumentError('y', notFinite(inY!), 'finite targets');
  if (outside! > 0)
    throw new InvalidArgumentError('x', `${outside} values outside`, `inputs within bounds [${bounds}]`);
  if (inClean! > 0)
    throw new InvalidArgumentError('model', `${notFinite(inClean!)} of the clean loss`, 'a finite loss');
  if (inLoss! > 0)
    throw new InvalidArgumentError('model', `${notFinite(inLoss!)} of the attacked loss`, 'a finite loss');
}

function checkEps(eps: Eps, n: number): void {
  if (typeof eps === 'number') {
    checkNonNegative('eps', eps);
    return;
  }
  if (eps?.length !== n) throw new InvalidArgumentError('eps', `${eps?.length} values`, `${n}, one a sample`);
  for (let i = 0; i < n; i++) checkNonNegative('eps', eps[i]);
}

const lengthsOf = (eps: Eps, x: tf.Tensor): Lengths =>
  typeof eps === 'number' ? eps : column(tf.tensor1d(Array.from(eps)), x);

/** The loss of a problem at a point, checked to fit. */
export const lossAt = ({ f, y }: AttackProblem, { loss }: AttackSettings, point: tf.Tensor): tf.Tensor =>
  loss.value(fitting(f(point), y, loss), y);
