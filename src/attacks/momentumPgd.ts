import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative } from '../errors.ts';
import { rowFunction } from '../runtime/rows.ts';
import { tf } from '../runtime/tf.ts';
import {
  GRADIENT_ATTACK_OPTIONS,
  type GradientAttackOptions,
  type GradientAttackSettings,
} from './attackOptions.ts';
import { type GradientAttack, gradientAttack } from './gradientAttack.ts';
import { eachRow, sumAbs, TINY } from './norms/norm.ts';
import { type Stepper, stepLength } from './stepper.ts';

/** What {@link momentumPgd} can be told. */
export interface MomentumOptions extends GradientAttackOptions {
  /** What is left of the gradients before at each step. Default 1. */
  readonly decay?: number;
}

const MOMENTUM_OPTIONS: OptionNames<MomentumOptions> = { ...GRADIENT_ATTACK_OPTIONS, decay: true };

/**
 * PGD on a decaying sum of normalised gradients (Dong et al. 2018, MI-FGSM): 10 steps of 2.5 eps / steps.
 * @param options those of any gradient attack, and the decay
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function momentumPgd(options: MomentumOptions = {}): GradientAttack {
  checkOptions('momentum-pgd', options, MOMENTUM_OPTIONS);
  const { decay = 1, ...others } = options;
  checkNonNegative('decay', decay);
  return gradientAttack('momentum-pgd', others, { steps: 10 }, momentumSteps(decay));
}

const momentumSteps =
  (decay: number) =>
  (settings: GradientAttackSettings): Stepper =>
  ({ point, gradient }, ball, _, memory) => {
    const velocity = remembered(memory?.velocity ?? tf.zerosLike(gradient), decay, gradient);
    return { point: ball.ascend(point, velocity, stepLength(ball, settings)), memory: { velocity } };
  };

/** decay v + g / |g|_1 of each sample. */
const remembered = (v: tf.Tensor, decay: number, g: tf.Tensor): tf.Tensor =>
  rowFunction('remember', g.size)?.([v, eachRow(decay, g.shape[0]!), g], g.shape) ??
  v.mul(decay).add(g.div(tf.maximum(sumAbs(g), TINY)));
