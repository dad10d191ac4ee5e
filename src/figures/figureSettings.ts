import { METHODS } from '../cells/cell.ts';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { activationNames } from '../theory/index.ts';
import type { Figure, FigureList, FigureSettings } from './figure.ts';

/**
 * The settings themselves.
 * @throws InvalidArgumentError naming the first one that is out of range, that the figure does not vary and that has more
 * than one value, or that the figure has no use for
 */
export function checkSettings(figure: Figure, settings: FigureSettings): FigureSettings {
  const { psi1, psi2, epsilons, lambda, d, activations } = settings;
  for (const [name, list] of Object.entries({ psi1, psi2, epsilons, lambda, d, activations })) {
    if (list.length === 0) throw new InvalidArgumentError(name, list, 'at least one value');
    if (list.length > 1 && !figure.varies.includes(name as FigureList))
      throw new InvalidArgumentError(
        name,
        list.join(','),
        `one value: the figure ${figure.name} varies ${figure.varies.join(' and ') || 'none of the options'}`,
      );
  }
  for (const [name, expected] of Object.entries(figure.fixed ?? {})) {
    const [given, usual] = [settings, figure.defaults].map((all) =>
      String(all[name as keyof FigureSettings]),
    );
    if (given !== usual) throw new InvalidArgumentError(name, given, expected);
  }
  for (const value of psi1) checkPositive('psi1', value);
  for (const value of psi2) checkPositive('psi2', value);
  for (const value of epsilons) checkNonNegative('epsilons', value);
  for (const value of lambda) checkNonNegative('lambda', value);
  for (const value of d) checkInteger('d', value);
  for (const value of activations) checkChoice('activations', value, activationNames);
  checkInteger('seeds', settings.seeds);
  checkNonNegative('tau', settings.tau);
  checkChoice('method', settings.method, METHODS);
  checkBoolean('cold', settings.cold);
  checkInteger('attackSteps', settings.attackSteps);
  checkInteger('testRows', settings.testRows, 2);
  return settings;
}
