import type { tf } from '../runtime/tf.ts';
import type { AttackSettings } from './attackOptions.ts';
import type { Criterion } from './criteria.ts';
import type { ModelFunction } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import type { Perturbed } from './perSample.ts';
import type { Draw } from './randomDelta.ts';

/** A budget in the units of the input: one for all samples, or one for each. */
export type Eps = number | ArrayLike<number>;

/** Numbers of a batch on the host, row by row: as nested arrays, of which the innermost may be typed arrays. */
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[];

/** What is attacked: rows x, their targets [n, k], the model as a function, and when that has succeeded. */
export interface AttackProblem {
  /** From a batch [n, ...] to outputs [n, k]. */
  readonly f: ModelFunction;
  /** Inputs about which to look, [n, ...]. */
  readonly x: tf.Tensor;
  /** Targets, [n, k]. */
  readonly y: tf.Tensor;
  /** What to look for first, and to judge every point by that is visited; the loss decides among what is left. */
  readonly criterion?: Criterion;
}

/**
 * An attack made ready for a problem: the worst inputs found within eps, with what tells its random starts apart.
 * What all budgets share is computed before; called within a tidy.
 */
export type AttackSearch = (eps: Lengths, draw: Draw) => Perturbed;

/** The clean inputs and the worst ones for each eps. The caller disposes all of it. */
export type PerturbedEach = {
  /** The inputs themselves, and the loss there. */
  readonly clean: Perturbed;
  /** One for each eps, in order. */
  readonly worst: Perturbed[];
};

/** What `Attack.perturbEach` can be told besides the budgets. */
export interface PerturbEachOptions {
  /**
   * When the attack has succeeded on a sample. It is judged at every input that the attack visits and at the clean one,
   * and an input that reaches it is kept in preference to one of greater loss. Default: the loss alone counts.
   */
  readonly criterion?: Criterion;
  /** Tells the random starts of one run from another's. Default 0. */
  readonly key?: number | string;
  /** Number of the batch's first row among all that are attacked: random starts go by the row's number. Default 0. */
  readonly firstRow?: number;
}

/** What `Attack.run` attacks with, and in what portions. */
export interface RunOptions extends Omit<PerturbEachOptions, 'firstRow'> {
  /** Budgets, in units of the input; each one number, or one for each sample. */
  readonly epsilons: readonly Eps[];
  /** Rows on the device at a time, which bounds the memory beside that of the results. Default 2048. */
  readonly batchSize?: number;
}

/** What `Attack.run` found, for K budgets and N samples. The caller disposes it. */
export interface AttackRun {
  /** The K worst inputs found, each of the shape of x; with a criterion, ones that reach it where any did. */
  readonly x: readonly tf.Tensor[];
  /** Loss at those inputs, [K, N]. */
  readonly loss: tf.Tensor2D;
  /** Loss at the inputs themselves, [N]. */
  readonly cleanLoss: tf.Tensor1D;
  /** Whether the criterion is reached there, [K, N], bool; null without a criterion. */
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
   * The worst inputs found with |delta| <= eps about x, and the loss there. Waits for no GPU, so that it
   * can be the inner loop of training: neither NaN nor bounds nor labels are looked at in the data. The caller disposes
   * both.
   * @param x batch [n, ...], float32; int32 and bool are cast
   * @param y targets [n] or [n, k]; int32 and bool are cast
   * @param eps budget in the units of x; 0 returns the input and its loss
   * @param key tells the random starts of one batch or training step from another's
   * @throws InvalidArgumentError for eps < 0, for x and y that are no such tensors, for a model that does not take x, or
   * whose output does not fit the loss
   */
  perturb(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    eps: Eps,
    key?: number | string,
  ): Perturbed;
  /** `perturb` for several budgets, which share the clean pass; with a criterion it says what succeeded. */
  perturbEach(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    epsilons: readonly Eps[],
    options?: PerturbEachOptions,
  ): PerturbedEach;
  /**
   * Attacks any number of samples with several budgets, batch by batch, and looks at the data: one read at the end.
   * @param x rows [n, ...], a tensor or nested arrays
   * @param y targets [n] or [n, k], a tensor or nested arrays
   * @throws InvalidArgumentError also for unknown options, for x without rows, for NaN in x, y or the model's output, for
   * inputs outside the bounds, for labels that the model does not have, and for a criterion that is not for this attack
   */
  run(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor | NestedNumbers,
    y: tf.Tensor | NestedNumbers,
    options: RunOptions,
  ): Promise<AttackRun>;
}
