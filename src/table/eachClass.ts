import { boundedAttack, judgedAt } from '../attacks/boundedAttack.ts';
import type { Attack, SampleLoss } from '../attacks/index.ts';
import { marginLoss } from '../attacks/losses.ts';
import { worse } from '../attacks/perSample.ts';
import { tf } from '../runtime/tf.ts';

/**
 * An attack on a model of several outputs that raises each other class in turn, and keeps of each row the input at which the
 * largest output of a wrong class is farthest above that of the right one. Raising the largest wrong one alone may miss the class
 * that comes nearest.
 * @param classes how many outputs there are; targets are positions among them
 * @param attackBy the attack by a loss
 */
export function attackOnEachClass(classes: number, attackBy: (loss: SampleLoss) => Attack): Attack {
  const { name, settings } = attackBy(marginLoss);
  const against = Array.from({ length: classes }, (_, j) => attackBy(lagBehind(j)));
  return boundedAttack(`${name} on each class`, settings, ({ criterion: _, ...problem }) => {
    const searches = against.map((attack) => attack.prepare(problem));
    return (eps, draw) =>
      searches
        .map((search) => judgedAt(problem, settings, search(eps, draw).x))
        .reduce((worst, found) => worse(worst, found));
  });
}

/** f_j - f_c of several outputs, c the class in y. */
export const lagBehind = (j: number): SampleLoss => ({
  name: `lag behind class ${j}`,
  value(prediction, y) {
    const K = prediction.shape[1]!;
    const other = tf.oneHot(tf.scalar(j, 'int32'), K).toFloat();
    const own = tf.oneHot(y.reshape([-1]).toInt() as tf.Tensor1D, K).toFloat();
    return tf.sum(prediction.mul(other.sub(own)), 1);
  },
  targets: 'any',
});
