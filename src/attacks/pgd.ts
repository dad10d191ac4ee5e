import type { GradientAttackOptions } from './attackOptions.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';

/**
 * Projected gradient descent (Madry et al. 2018), on the loss upwards: 10 steps of 2.5 eps / steps from the input.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const pgd = (options: GradientAttackOptions = {}): GradientAttack =>
  gradientAttack('pgd', options, { steps: 10 });

/**
 * The basic iterative method, I-FGSM (Kurakin, Goodfellow & Bengio 2017): 10 steps of eps / steps in 'linf'.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const bim = (options: GradientAttackOptions = {}): GradientAttack =>
  // A bigint is refused behind, where it has a name.
  gradientAttack('bim', options, { norm: 'linf', steps: 10, relStepSize: 1 / Number(options?.steps ?? 10) });
