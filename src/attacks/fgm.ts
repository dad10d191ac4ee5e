import type { GradientAttackOptions } from './attackOptions.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';

/** What {@link fgm} and {@link fgsm} can be told: all but the steps, of which there is one, of length eps. */
export type FgmOptions = Omit<GradientAttackOptions, 'steps' | 'stepSize' | 'relStepSize'>;

/**
 * Fast gradient method (Goodfellow, Shlens & Szegedy 2015): one step of length eps along the steepest direction.
 * With norm 'linf' it is FGSM. Exact where the model is linear in x.
 * @throws InvalidArgumentError for options out of range
 */
export const fgm = (options: FgmOptions = {}): GradientAttack =>
  gradientAttack('fgm', options, { steps: 1, relStepSize: 1 });

/**
 * FGSM: the fast gradient method in the maximum norm.
 * @throws InvalidArgumentError for options out of range
 */
export const fgsm = (options: Omit<FgmOptions, 'norm'> = {}): GradientAttack =>
  gradientAttack('fgsm', options, { norm: 'linf', steps: 1, relStepSize: 1 });
