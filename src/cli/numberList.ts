import { decimal } from '../data/decimal.ts';
import { InvalidArgumentError } from '../errors.ts';

/** '0,0.2,0.5' -> [0, 0.2, 0.5]. @throws InvalidArgumentError naming the option when an entry is not a number */
export function numberList(option: string, text: string): number[] {
  return text.split(',').map((entry) => {
    const value = decimal(entry);
    if (!Number.isFinite(value)) throw new InvalidArgumentError(option, text, 'numbers separated by commas');
    return value;
  });
}
