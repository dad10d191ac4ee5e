import { tf } from '../runtime/tf.ts';
import type { GradientAttackSettings } from './attackOptions.ts';
import type { Ball } from './ball.ts';
import type { Lengths } from './norms/index.ts';
import { sumAbs, TINY } from './norms/norm.ts';
import { column, pick, worse } from './perSample.ts';

/** Where the climb stands: a point, the loss there, and the direction in which to move it. */
export type Place = { readonly point: tf.Tensor; readonly loss: tf.Tensor; readonly gradient: tf.Tensor };

/** What a stepper remembers from step to step: tensors only. */
export type Memory = { readonly [name: string]: tf.Tensor };

/** How one step follows from the last ones. Pure: what it must remember goes in and comes out. */
export interface Stepper {
  begin(first: Place, ball: Ball): Memory;
  /** The step from the i-th place, i = 0, 1, ... */
  next(here: Place, memory: Memory, i: number, ball: Ball): { point: tf.Tensor; memory: Memory };
}

const lengthIn = ({ eps }: Ball, { stepSize, relStepSize }: GradientAttackSettings): Lengths =>
  stepSize ?? times(eps, relStepSize);

const times = (lengths: Lengths, factor: number): Lengths =>
  typeof lengths === 'number' ? lengths * factor : lengths.mul(factor);

/** Steps of constant length along the steepest direction. */
export const steepestSteps = (settings: GradientAttackSettings): Stepper => ({
  begin: () => ({}),
  next: ({ point, gradient }, memory, _, ball) => ({
    point: ball.ascend(point, gradient, lengthIn(ball, settings)),
    memory,
  }),
});

/** Steps along a decaying sum of normalised gradients (Dong et al. 2018, MI-FGSM). */
export const momentumSteps =
  (decay: number) =>
  (settings: GradientAttackSettings): Stepper => ({
    begin: ({ gradient }) => ({ velocity: tf.zerosLike(gradient) }),
    next({ point, gradient }, { velocity }, _, ball) {
      const sum = velocity!.mul(decay).add(gradient.div(tf.maximum(sumAbs(gradient), TINY)));
      return { point: ball.ascend(point, sum, lengthIn(ball, settings)), memory: { velocity: sum } };
    },
  });

const INERTIA = 0.25;
const ENOUGH_RISES = 0.75;

/**
 * The steps of APGD (Croce & Hein 2020, algorithm 1): from 2 eps downwards, halved for those samples whose loss has
 * risen too seldom since the last checkpoint, or whose step and best loss have not changed since; these go on from
 * their best point. Each step keeps a quarter of the one before.
 */
export function adaptiveSteps({ steps, stepSize, relStepSize }: GradientAttackSettings): Stepper {
  const checkpoints = apgdCheckpoints(steps);
  return {
    begin({ point, loss, gradient }, ball) {
      const rows = point.shape[0]!;
      const first = column(tf.ones([rows]), point).mul(stepSize ?? times(ball.eps, relStepSize));
      return {
        previous: point.clone(),
        step: first,
        best: point.clone(),
        bestLoss: loss.clone(),
        bestGradient: gradient.clone(),
        lastLoss: loss.clone(),
        rises: tf.zeros([rows]),
        // No best loss equals this one at the first checkpoint, whatever the losses.
        checkedLoss: tf.fill([rows], Number.NaN),
        halvedBefore: tf.zeros([rows]),
      };
    },

    next(here, memory, i, ball) {
      const { previous, lastLoss, step, checkedLoss, halvedBefore } = memory;
      const improved = here.loss.greaterEqual(memory.bestLoss!);
      const best = worse({ x: memory.best!, loss: memory.bestLoss! }, { x: here.point, loss: here.loss });
      const bestGradient = pick(improved, memory.bestGradient!, here.gradient);
      const rises = memory.rises!.add(here.loss.greater(lastLoss!).toFloat());
      const kept = { best: best.x, bestLoss: best.loss, bestGradient, lastLoss: here.loss.clone() };

      const moved = (point: tf.Tensor, gradient: tf.Tensor, length: tf.Tensor): tf.Tensor => {
        const ahead = ball.ascend(point, gradient, length);
        if (i === 0) return ahead;
        const inertia = point.sub(previous!).mul(INERTIA);
        return ball.nearest(point.add(ahead.sub(point).mul(1 - INERTIA)).add(inertia));
      };

      const window = checkpoints.get(i);
      if (window === undefined) {
        return {
          point: moved(here.point, here.gradient, step!),
          memory: { ...memory, ...kept, rises, previous: here.point },
        };
      }
      const stalled = best.loss.equal(checkedLoss!).logicalAnd(halvedBefore!.equal(0));
      const halve = rises.less(ENOUGH_RISES * window).logicalOr(stalled);
      const shorter = step!.mul(column(tf.sub(1, halve.toFloat().mul(0.5)), step!));
      const point = pick(halve, here.point, best.x);
      return {
        point: moved(point, pick(halve, here.gradient, bestGradient), shorter),
        memory: {
          ...kept,
          previous: point,
          step: shorter,
          rises: tf.zerosLike(rises),
          checkedLoss: best.loss.clone(),
          halvedBefore: halve.toFloat(),
        },
      };
    },
  };
}

/** The steps at which APGD looks back, each with the number of steps since it last did. */
export function apgdCheckpoints(steps: number): Map<number, number> {
  const checkpoints = new Map<number, number>();
  let last = 0;
  let gap = 0.22;
  for (let p = gap; ; p += gap) {
    // Sums of hundredths are off by a rounding, which must not lift 57.0 to 58.
    const at = Math.ceil(p * steps - 1e-9);
    if (at >= steps) return checkpoints;
    checkpoints.set(at, at - last);
    last = at;
    gap = Math.max(gap - 0.03, 0.06);
  }
}
