import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import { GRADIENT_ATTACK_OPTIONS, type GradientAttackOptions } from './attackOptions.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';
import type { Stepper } from './stepper.ts';

/** What {@link fgm} can be told: all but the steps, of which there is one, of length eps. */
export type FgmOptions = Omit<GradientAttackOptions, 'steps' | 'stepSize' | 'relStepSize'>;

const { steps: _, stepSize: __, relStepSize: ___, ...ONE_STEP } = GRADIENT_ATTACK_OPTIONS;
const FGM_OPTIONS: OptionNames<FgmOptions> = ONE_STEP;

/** All of eps in one step. */
const wholeStep =
  (): Stepper =>
  ({ point, gradient }, ball) => ({ point: ball.ascendInBounds(point, gradient, ball.eps) });

/**
 * Fast gradient method (Goodfellow, Shlens & Szegedy 2015): one step of length eps along the steepest direction.
 * With norm 'linf' it is FGSM. Exact where the model is linear in x, also within bounds.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function fgm(options: FgmOptions = {}): GradientAttack {
  checkOptions('fgm', options, FGM_OPTIONS);
  return gradientAttack('fgm', options, { steps: 1, relStepSize: 1 }, wholeStep);
}

/** What {@link fgsm} can be told: what {@link fgm} can, in its one norm. */
export interface FgsmOptions extends Omit<FgmOptions, 'norm'> {
  /** The maximum norm, in which the method is defined. */
  readonly norm?: 'linf';
}

/**
 * FGSM: the fast gradient method in the maximum norm.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function fgsm(options: FgsmOptions = {}): GradientAttack {
  checkOptions('fgsm', options, FGM_OPTIONS);
  if (options.norm !== undefined && options.norm !== 'linf')
    throw new InvalidArgumentError('norm', options.norm, 'linf for fgsm; fgm takes any');
  return gradientAttack('fgsm', options, { norm: 'linf', steps: 1, relStepSize: 1 }, wholeStep);
}
