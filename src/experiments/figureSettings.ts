import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { activationNames } from '../theory/index.ts';
import { METHODS } from './cell.ts';
import type { FigureSettings } from './figure.ts';

/** The settings themselves. @throws InvalidArgumentError naming the first one out of range */
export function checkSettings(settings: FigureSettings): FigureSettings {
  const { psi1, psi2, epsilons, lambda, d, activations } = settings;
  for (const [name, list] of Object.entries({ psi1, psi2, epsilons, lambda, d, activations }))
    if (list.length === 0) throw new InvalidArgumentError(name, list, 'at least one value');
  for (const value of psi1) checkPositive('psi1', value);
  for (const value of psi2) checkPositive('psi2', value);
  for (const value of epsilons) checkNonNegative('eps', value);
  for (const value of lambda) checkNonNegative('lambda', value);
  for (const value of d) checkInteger('d', value);
  for (const value of activations) checkChoice('activation', value, activationNames);
  checkInteger('seeds', settings.seeds);
  checkNonNegative('tau', settings.tau);
  checkChoice('method', settings.method, METHODS);
  checkInteger('attackSteps', settings.attackSteps);
  checkInteger('testRows', settings.testRows, 2);
  return settings;
}
