import { tf } from '../runtime/tf.ts';
import { ascentOf } from './ascent.ts';
import { type Attack, boundedAttack, lossAt, type Problem } from './attack.ts';
import { type AttackOptions, type AttackSettings, resolveAttack } from './attackOptions.ts';
import { ballAbout } from './ball.ts';
import { fitting } from './losses.ts';
import type { Lengths } from './norms/index.ts';

/**
 * The exact maximiser for the model linearised at x: one step of length eps, pushing each prediction away from its
 * target. It is the true maximiser for linear models, and in the limit of large d for random features at eps of
 * order one. The input after the step is returned even where the model itself is not worse there.
 */
export function linearised(options: AttackOptions = {}): Attack {
  const settings = resolveAttack(options);
  return boundedAttack('linearised', settings, (problem) => {
    const { f, x, y } = problem;
    const { gradient } = ascentOf(f, x, y, settings.loss, false).slopeAtCentre();
    return (eps) => {
      const point = ballAbout(x, eps, settings).ascend(x, gradient, eps);
      return { x: point, loss: lossAt(problem, settings, point) };
    };
  });
}

/**
 * The loss that the linearised model has at its exact maximiser, [n]: at f(x) +- eps |gradient|_dual, the worse of the
 * two. For one output and without bounds.
 */
export function linearisedLoss(
  { f, x, y }: Problem,
  { loss, norm }: AttackSettings,
  eps: Lengths,
): tf.Tensor {
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((rows) => fitting(f(rows), y, loss))(x, tf.onesLike(y));
    const reach = norm.dual(grad).mul(eps).reshape(value.shape);
    return tf.maximum(loss.value(value.add(reach), y), loss.value(value.sub(reach), y));
  });
}
