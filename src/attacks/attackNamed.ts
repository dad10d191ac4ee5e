import { checkChoice } from '../errors.ts';
import { apgd } from './apgd.ts';
import type { Attack } from './attack.ts';
import type { GradientAttackOptions } from './attackOptions.ts';
import { randomDirection, randomNoise } from './baselines.ts';
import { fgm, fgsm } from './fgm.ts';
import { linearised } from './linearised.ts';
import { momentumPgd } from './momentumPgd.ts';
import { bim, pgd } from './pgd.ts';

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
 * @param options those of the attack; undefined is the default, also for options that it does not have
 * @throws InvalidArgumentError for an unknown name, or an option that the attack does not have
 */
export function attackNamed(name: AttackName, options: GradientAttackOptions = {}): Attack {
  checkChoice('attack', name, attackNames);
  if (name in iterative) return iterative[name as IterativeName](options);
  const { restarts, ...given } = Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  );
  if (restarts === undefined) return { ...oneStep, ...random }[name as OneStepName | RandomName](given);
  if (name in random) return random[name as RandomName]({ ...given, samples: restarts });
  return oneStep[name as OneStepName]({ ...given, restarts });
}
