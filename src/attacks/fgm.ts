import type { AttackOptions } from './attackOptions.ts';
import { type Attack, gradientAttack } from './gradientAttack.ts';

/**
 * Fast gradient method (Goodfellow, Shlens & Szegedy 2015): one step of length eps along the steepest direction.
 * With norm 'linf' it is FGSM. Exact where the model is linear in x.
 */
export const fgm = (options: Omit<AttackOptions, 'steps' | 'stepSize' | 'relStepSize'> = {}): Attack =>
  gradientAttack('fgm', options, { steps: 1, relStepSize: 1 });

/** FGSM: the fast gradient method in the maximum norm. */
export const fgsm = (options: Omit<Parameters<typeof fgm>[0] & object, 'norm'> = {}): Attack =>
  fgm({ ...options, norm: 'linf' });
