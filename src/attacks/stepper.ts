import type { tf } from '../runtime/tf.ts';
import type { GradientAttackSettings } from './attackOptions.ts';
import type { Ball } from './ball.ts';
import type { Lengths } from './norms/index.ts';

/** Where the climb stands: a point, the loss there, and the direction in which to move it; a row for each sample and side. */
export type Place = {
  /** [m, ...] */
  readonly point: tf.Tensor;
  /** [m] */
  readonly loss: tf.Tensor;
  /** The shape of the point. */
  readonly gradient: tf.Tensor;
};

/** What a stepper remembers from step to step: tensors only. */
export type Memory = { readonly [name: string]: tf.Tensor };

/**
 * Where a gradient attack goes from a place: to a point of the ball. It is pure: what it must remember goes out, and
 * comes in at the next step. Within a tidy, which keeps what is returned.
 * @param i 0 at the start of each run, then 1, 2, ...
 * @param memory what the last step returned; null at the start of each run, and where that was nothing
 */
export type Stepper = (here: Place, ball: Ball, i: number, memory: Memory | null) => Step;

/** What a stepper returns. */
export interface Step {
  /** Where it goes, a point of the ball. */
  readonly point: tf.Tensor;
  /** What it wants to be told at the next step. */
  readonly memory?: Memory;
}

/** The length of a step in units of the input. */
export const stepLength = (ball: Ball, { stepSize, relStepSize }: GradientAttackSettings): Lengths =>
  stepSize ?? ball.partOfEps(relStepSize);

/** Steps of constant length along the steepest direction. */
export const steepestSteps =
  (settings: GradientAttackSettings): Stepper =>
  ({ point, gradient }, ball) => ({ point: ball.ascend(point, gradient, stepLength(ball, settings)) });
