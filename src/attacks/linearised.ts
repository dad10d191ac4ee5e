import { checkOptions } from '../checkOptions.ts';
import { tf } from '../runtime/tf.ts';
import { ascentOf, type Slope } from './ascent.ts';
import type { Attack } from './attack.ts';
import { ATTACK_OPTIONS, type AttackOptions, type AttackSettings, resolveAttack } from './attackOptions.ts';
import { ballAbout } from './ball.ts';
import { boundedAttack, lossAt } from './boundedAttack.ts';
import { fitting, targetColumns } from './losses.ts';
import type { ModelFunction } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import { pick } from './perSample.ts';

/**
 * The exact maximiser for the model linearised at x: one step of length eps, pushing each prediction away from its
 * target. It is the true maximiser for linear models, and in the limit of large d for random features at eps of
 * order one, also within bounds. The input after the step is returned even where the model itself is not worse there,
 * unless its loss there is NaN.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function linearised(options: AttackOptions = {}): Attack {
  checkOptions('linearised', options, ATTACK_OPTIONS);
  const settings = resolveAttack(options);
  return boundedAttack('linearised', settings, (problem) => {
    const { x } = problem;
    const here = ascentOf(problem, settings, false).slopeAtCentre()();
    return (eps) => {
      const point = ballAbout(x, eps, settings).ascendInBounds(x, here.gradient, eps);
      const loss = lossAt(problem, settings, point);
      const lost = tf.isNaN(loss);
      return { x: pick(lost, point, x), loss: pick(lost, loss, here.loss) };
    };
  });
}

/**
 * The loss that the linearised model has at its exact maximiser, [n]: at f(x) +- eps |gradient|_dual, the worse of the
 * two. For one output and without bounds. The caller disposes it.
 * @param x batch [n, ...]
 * @param y targets [n] or [n, 1]
 * @param settings the loss and the norm; an attack has them as its `settings`
 * @param eps budget in the units of x, one number or a tensor [n, 1, ...]
 */
export function linearisedLoss(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  { loss, norm }: AttackSettings,
  eps: Lengths,
): tf.Tensor {
  return tf.tidy(() => {
    const targets = targetColumns(x, y);
    const predict = (rows: tf.Tensor): tf.Tensor => fitting(f(rows), targets, loss);
    const { value, grad } = tf.valueAndGrad(predict)(x, tf.onesLike(targets));
    const reach = norm.dual(grad).mul(eps).reshape(value.shape);
    return tf.maximum(loss.value(value.add(reach), targets), loss.value(value.sub(reach), targets));
  });
}

/**
 * The loss at the inputs and the gradient that attacks ascend there: of the loss, or, for losses of the residual of one
 * output, of the distance between prediction and target, which does not vanish with the residual. Within a tidy.
 * Of several outputs that all lie on their targets it leads where the outputs move farthest.
 * @param x batch [n, ...]
 * @param y targets [n] or [n, k]
 * @param settings the loss and the norm; an attack has them as its `settings`
 */
export const inputSlope = (f: ModelFunction, x: tf.Tensor, y: tf.Tensor, settings: AttackSettings): Slope =>
  ascentOf({ f, x, y: targetColumns(x, y) }, settings, false).slopeAtCentre()();
