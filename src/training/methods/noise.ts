import { checkAttack } from '../../attacks/boundedAttack.ts';
import { type Attack, pgd } from '../../attacks/index.ts';
import { stream } from '../../random/stream.ts';
import { tf } from '../../runtime/tf.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';

/**
 * Training on inputs moved to a point uniform in the ball of radius eps: as strong as the adversary, but blind.
 * @param attack gives the norm and the loss, and measures the robust loss. Default PGD in l2, 3 steps
 * @throws InvalidArgumentError for anything but an attack
 */
export const noiseTraining = (attack: Attack = pgd({ steps: 3 })): TrainingMethod => ({
  name: 'noise',
  attack: checkAttack(attack),
  outerLoss({ f, x, y, eps, key }) {
    const { norm, loss } = attack.settings;
    const random = stream(key, 'noise');
    const delta = new Float32Array(x.size);
    const sampleSize = x.size / x.shape[0]!;
    for (let i = 0; i < delta.length; i += sampleSize)
      norm.randomInUnitBall(random, delta.subarray(i, i + sampleSize));
    const moved = x.add(tf.tensor(delta, x.shape).mul(eps));
    return () => lossAt(loss, f, moved, y);
  },
});
