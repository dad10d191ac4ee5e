import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative } from '../errors.ts';
import { GRADIENT_ATTACK_OPTIONS, type GradientAttackOptions } from './attackOptions.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';
import { adaptiveSteps, momentumSteps } from './steppers.ts';

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
  gradientAttack('bim', options, { norm: 'linf', steps: 10, relStepSize: 1 / (options?.steps ?? 10) });

/** What {@link momentumPgd} can be told. */
export interface MomentumOptions extends GradientAttackOptions {
  /** What is left of the gradients before at each step. Default 1. */
  readonly decay?: number;
}

const MOMENTUM_OPTIONS: OptionNames<MomentumOptions> = { ...GRADIENT_ATTACK_OPTIONS, decay: true };

/**
 * PGD on a decaying sum of gradients (Dong et al. 2018, MI-FGSM): 10 steps of 2.5 eps / steps.
 * @param options those of any gradient attack, and the decay
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function momentumPgd(options: MomentumOptions = {}): GradientAttack {
  checkOptions('momentum-pgd', options, MOMENTUM_OPTIONS);
  const { decay = 1, ...others } = options;
  checkNonNegative('decay', decay);
  return gradientAttack('momentum-pgd', others, { steps: 10 }, momentumSteps(decay));
}

/**
 * APGD (Croce & Hein 2020): 100 steps, beginning with 2 eps and halved for each sample when they no longer help.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const apgd = (options: GradientAttackOptions = {}): GradientAttack =>
  gradientAttack('apgd', options, { steps: 100, relStepSize: 2 }, adaptiveSteps);
