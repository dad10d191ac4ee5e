import { ATTACK_OPTIONS } from '../../attacks/attackOptions.ts';
import { type AttackOptions, fgm, pgd } from '../../attacks/index.ts';
import { checkOptions } from '../../checkOptions.ts';
import type { TrainingMethod } from './trainingMethod.ts';
import { worstCase } from './worstCase.ts';

/**
 * Training on the fast gradient method's inputs, begun at a point uniform in the ball; with norm 'linf' it is FGSM-AT.
 * @param options norm, loss and bounds of the perturbation
 * @throws InvalidArgumentError for unknown options and options out of range
 */
export const fgsmTraining = (options: AttackOptions = {}): TrainingMethod => {
  checkOptions('fgsmTraining', options, ATTACK_OPTIONS);
  return { ...worstCase(fgm({ ...options, randomStart: true })), name: 'fgsm' };
};

/**
 * Fast adversarial training (Wong, Rice & Kolter 2020): one gradient from a random start, a step of 1.25 eps, and a
 * projection. Every prediction is only pushed away from its target, so a step costs half of one of `fgsmTraining`; a
 * residual of exactly zero is not attacked.
 * @param options norm, loss and bounds of the perturbation
 * @throws InvalidArgumentError for unknown options and options out of range
 */
export const fastTraining = (options: AttackOptions = {}): TrainingMethod => {
  checkOptions('fastTraining', options, ATTACK_OPTIONS);
  const oneStep = { steps: 1, relStepSize: 1.25, randomStart: true, bothSides: false, useBest: false };
  return { ...worstCase(pgd({ ...options, ...oneStep })), name: 'fast' };
};
