import { InvalidArgumentError } from '../../errors.ts';
import { type Axis, gridValues } from '../../theory/index.ts';
import { numberList } from '../numberList.ts';

/** One grid for `rrf theory` to run along. */
export const GRID_FORM = 'parameter=from:to:count[:log] or parameter=value,value,...';

export interface GridAxis extends Axis {
  readonly values: readonly number[];
  readonly scale: 'linear' | 'log';
}

/** 'psi1=0.1:100:60:log' or 'eps=0,0.2,0.5'. @throws InvalidArgumentError when it is neither */
export function parseGrid(text: string): GridAxis {
  const [name, range, ...rest] = text.split('=');
  if (!name || !range || rest.length > 0) throw new InvalidArgumentError('grid', text, GRID_FORM);
  // On the command line words are joined by hyphens.
  const parameter = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (!range.includes(':')) return { parameter, values: numberList('grid', range), scale: 'linear' };
  const [from, to, count, scale = 'linear', ...more] = range.split(':');
  if (more.length > 0 || !from || !to || !count || (scale !== 'linear' && scale !== 'log'))
    throw new InvalidArgumentError('grid', text, GRID_FORM);
  const [low, high, points] = [from, to, count].map(Number) as [number, number, number];
  return { parameter, values: gridValues({ from: low, to: high, count: points, scale }), scale };
}

/** The only grid there can be, if there is one. */
export const optionalGrid = (text: string | undefined): GridAxis | undefined =>
  text === undefined ? undefined : parseGrid(text);
