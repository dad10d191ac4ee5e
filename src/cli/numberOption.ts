import { decimal } from '../data/decimal.ts';
import { InvalidArgumentError } from '../errors.ts';

/**
 * The settings in yargs of an option that is one number; read as text, so that an error can show what was typed. Whether
 * the number makes sense is for others to say.
 */
export const numberOption = (name: string) =>
  ({ type: 'string', requiresArg: true, coerce: (text: unknown) => numberFrom(name, text) }) as const;

/** @throws InvalidArgumentError naming the option and showing the text, also when it is empty */
function numberFrom(name: string, text: unknown): number {
  // A default comes as the number that it is.
  if (typeof text === 'number') return text;
  const value = typeof text === 'string' ? decimal(text) : Number.NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError(name, text, 'a number');
  return value;
}
