import type { Attack, ModelFunction, SampleLoss } from '../../attacks/index.ts';
import { fitting } from '../../attacks/losses.ts';
import type { tf } from '../../runtime/tf.ts';

/** The rows of one training step. */
export interface TrainingBatch {
  /** The model at its current weights. */
  readonly f: ModelFunction;
  /** Clean inputs, [n, ...]. */
  readonly x: tf.Tensor;
  /** Targets, [n, k]. */
  readonly y: tf.Tensor;
  /** Radius at this step, in units of the input; smaller than the full one during a warm-up. */
  readonly eps: number;
  /** Names the random draws of this step. */
  readonly key: string;
  /** The perturbation carried here from the step before, in the shape of x, to be read where it is differentiated. */
  readonly delta?: () => tf.Tensor;
}

/** What one way of adversarial training has of its own. */
export interface TrainingMethod {
  /** Says it in results and in checkpoints: two methods of the same name are the same. */
  readonly name: string;
  /** Its loss is the loss trained on, its norm bounds the perturbations, and it measures the robust loss. */
  readonly attack: Attack;
  /**
   * The outer loss of a batch as a function of the weights, one value a sample. What is held fixed, such as the worst
   * inputs, is found when this is called; what it returns is differentiated. Called inside a tidy.
   */
  outerLoss(batch: TrainingBatch): () => tf.Tensor;
  /** For free adversarial training: a perturbation carried from step to step. */
  readonly carried?: CarriedPerturbation;
}

/** A perturbation moved along the input gradient that comes with the gradient of the weights. */
export interface CarriedPerturbation {
  /** Steps in a row on each batch. */
  readonly replays: number;
  /** The perturbation for the next use, within eps, from the gradient in the input at this one. */
  move(delta: tf.Tensor, gradient: tf.Tensor, eps: number): tf.Tensor;
}

/** The loss of each sample of a batch at other inputs. @throws InvalidArgumentError when output and y do not fit */
export const lossAt = (loss: SampleLoss, f: ModelFunction, x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  loss.value(fitting(f(x), y, loss), y);
