import type { AttackOptions } from './attackOptions.ts';
import { type Attack, gradientAttack } from './gradientAttack.ts';

/** Projected gradient descent (Madry et al. 2018), on the loss upwards: 10 steps of 2.5 eps / steps from the input. */
export const pgd = (options: AttackOptions = {}): Attack => gradientAttack('pgd', options, { steps: 10 });
