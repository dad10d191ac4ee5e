import { checkChoice, InvalidArgumentError } from '../errors.ts';
import type { Attack } from './attack.ts';
import type { GradientAttackOptions } from './attackOptions.ts';
import { randomDirection, randomNoise } from './baselines.ts';
import { fgm, fgsm } from './fgm.ts';
import { linearised } from './linearised.ts';
import { apgd, bim, momentumPgd, pgd } from './pgd.ts';

const iterative = { pgd, bim, 'momentum-pgd': momentumPgd, apgd };
const oneStep = { fgm, fgsm, linearised };
const random = { 'random-noise': randomNoise, 'random-direction': randomDirection };

type IterativeName = keyof typeof iterative;
type OneStepName = keyof typeof oneStep;
type RandomName = keyof typeof random;

/**
 * The attacks that {@link attackNamed} makes: each is the function of that name, its words joined by hyphens.
 * @useDeclaredType
 */
export type AttackName = keyof (typeof iterative & typeof oneStep & typeof random);

/** All of them: iterative attacks first, then those of one step, then the random baselines. */
export const attackNames = [iterative, oneStep, random].flatMap(Object.keys) as AttackName[];

/**
 * The attack of that name, all options in one form: for random baselines `restarts` is the number of samples.
 * @throws InvalidArgumentError for an unknown name, or an option that the attack does not have
 */
export function attackNamed(name: AttackName, options: GradientAttackOptions = {}): Attack {
  checkChoice('attack', name, attackNames);
  if (name in iterative) return iterative[name as IterativeName](options);
  const { steps, stepSize, relStepSize, ...rest } = options;
  for (const [option, value] of Object.entries({ steps, stepSize, relStepSize }))
    if (value !== undefined)
      throw new InvalidArgumentError(option, value, `nothing, for ${name} takes no steps`);
  if (name in random) {
    const { restarts, ...baseline } = rest;
    return random[name as RandomName]({
      ...baseline,
      ...(restarts === undefined ? {} : { samples: restarts }),
    });
  }
  if (name === 'linearised' && rest.restarts !== undefined)
    throw new InvalidArgumentError('restarts', rest.restarts, 'nothing, for linearised has one answer');
  if (name === 'fgsm' && rest.norm !== undefined && rest.norm !== 'linf')
    throw new InvalidArgumentError('norm', rest.norm, 'linf for fgsm; fgm takes any');
  return oneStep[name as OneStepName](rest);
}
