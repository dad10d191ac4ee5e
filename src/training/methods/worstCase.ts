import { checkAttack } from '../../attacks/boundedAttack.ts';
import { type Attack, pgd } from '../../attacks/index.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';

/**
 * Training on the worst inputs that an attack finds (Madry et al. 2018, equation 2.1): min over the weights of
 * E max over |delta| <= eps of loss(f(x + delta), y), the gradient taken at the maximiser (Danskin's theorem).
 * @param attack default PGD in l2, 3 steps
 * @throws InvalidArgumentError for anything but an attack
 */
export const worstCase = (attack: Attack = pgd({ steps: 3 })): TrainingMethod => ({
  name: checkAttack(attack).name,
  attack,
  outerLoss({ f, x, y, eps, key }) {
    const worst = attack.perturb(f, x, y, eps, key).x;
    return () => lossAt(attack.settings.loss, f, worst, y);
  },
});
