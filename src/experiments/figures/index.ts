import { InvalidArgumentError } from '../../errors.ts';
import type { Figure } from '../figure.ts';
import { curse } from './curse.ts';

/** Every figure, in the order in which `rrf reproduce --list` names them. */
export const figures: readonly Figure[] = [curse];

/** The figure of that name. @throws InvalidArgumentError for an unknown one */
export function figureNamed(name: string): Figure {
  const found = figures.find((figure) => figure.name === name);
  if (found) return found;
  throw new InvalidArgumentError('figure', name, `one of ${figures.map((figure) => figure.name).join(', ')}`);
}
