import { type Attack, pgd } from '../../attacks/index.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';

/**
 * Empirical risk minimisation: normal training, whatever eps.
 * @param attack gives the loss, and measures the robust loss. Default PGD in l2, 3 steps
 */
export const ermTraining = (attack: Attack = pgd({ steps: 3 })): TrainingMethod => ({
  name: 'erm',
  attack,
  outerLoss:
    ({ f, x, y }) =>
    () =>
      lossAt(attack.settings.loss, f, x, y),
});
