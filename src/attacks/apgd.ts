import { tf } from '../runtime/tf.ts';
import type { GradientAttackOptions, GradientAttackSettings } from './attackOptions.ts';
import type { Ball } from './ball.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';
import { column, pick, worse } from './perSample.ts';
import { type Memory, type Place, type Stepper, stepLength } from './stepper.ts';

/**
 * APGD (Croce & Hein 2020): 100 steps, beginning with 2 eps and halved for each sample when they no longer help.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const apgd = (options: GradientAttackOptions = {}): GradientAttack =>
  gradientAttack('apgd', options, { steps: 100, relStepSize: 2 }, adaptiveSteps);

const INERTIA = 0.25;
const ENOUGH_RISES = 0.75;

/**
 * The steps of APGD (Croce & Hein 2020, algorithm 1): from 2 eps downwards, halved for those samples whose loss has
 * risen too seldom since the last checkpoint, or whose step and best loss have not changed since; these go on from
 * their best point. Each step keeps a quarter of the one before.
 */
export function adaptiveSteps(settings: GradientAttackSettings): Stepper {
  const checkpoints = apgdCheckpoints(settings.steps);
  const begin = ({ point, loss, gradient }: Place, ball: Ball): Memory => {
    const rows = point.shape[0]!;
    return {
      previous: point.clone(),
      step: column(tf.ones([rows]), point).mul(stepLength(ball, settings)),
      best: point.clone(),
      bestLoss: loss.clone(),
      bestGradient: gradient.clone(),
      lastLoss: loss.clone(),
      rises: tf.zeros([rows]),
      // No best loss equals this one at the first checkpoint, whatever the losses.
      checkedLoss: tf.fill([rows], Number.NaN),
      halvedBefore: tf.zeros([rows]),
    };
  };

  return (here, ball, i, memory) => {
    const last = memory ?? begin(here, ball);
    const { previous, lastLoss, step, checkedLoss, halvedBefore } = last;
    const improved = here.loss.greaterEqual(last.bestLoss!);
    const best = worse({ x: last.best!, loss: last.bestLoss! }, { x: here.point, loss: here.loss });
    const bestGradient = pick(improved, last.bestGradient!, here.gradient);
    const rises = last.rises!.add(here.loss.greater(lastLoss!).toFloat());
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
        memory: { ...last, ...kept, rises, previous: here.point },
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
