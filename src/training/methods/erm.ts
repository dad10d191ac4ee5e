import { checkAttack } from '../../attacks/boundedAttack.ts';
import { type Attack, pgd } from '../../attacks/index.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';

/**
 * Empirical risk minimisation: normal training, whatever eps.
 * @param attack gives the loss, and measures the robust loss. Default PGD in l2, 3 steps
 * @throws InvalidArgumentError for anything but an attack
 */
export const ermTraining = (attack: Attack = pgd({ steps: 3 })): TrainingMethod => ({
  name: 'erm',
  attack: checkAttack(attack),
  outerLoss:
    ({ f, x, y }) =>
    () =>
      lossAt(attack.settings.loss, f, x, y),
});
