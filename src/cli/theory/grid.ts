import { decimal } from '../../data/decimal.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { type Axis, gridValues } from '../../theory/index.ts';
import { numberList } from '../numberList.ts';

const RANGE_FORM = 'from:to:count[:log]';
/** One grid for `rrf theory` to run along. */
export const GRID_FORM = `parameter=${RANGE_FORM} or parameter=value,value,...`;

/** Points of the longest grid: beyond it an answer would take hours. */
export const MOST_POINTS = 100_000;

export interface Range {
  readonly values: readonly number[];
  readonly scale: 'linear' | 'log';
  /** Whether they are evenly spaced on that scale, as those of from:to:count are. */
  readonly even: boolean;
}

export interface GridAxis extends Axis, Range {
  readonly values: readonly number[];
}

/** 'psi1=0.1:100:60:log' or 'eps=0,0.2,0.5'. @throws InvalidArgumentError when it is neither */
export function parseGrid(text: string): GridAxis {
  const [name, range, ...rest] = text.split('=');
  if (!name || !range || rest.length > 0) throw new InvalidArgumentError('grid', text, GRID_FORM);
  // On the command line words are joined by hyphens.
  const parameter = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { parameter, ...parseRange('grid', range, text) };
}

/**
 * '0.1:100:60:log' or '0,0.2,0.5'.
 * @param option that holds it, and `given` its whole text, as messages show them
 * @throws InvalidArgumentError when it is neither, or has too many points
 */
export function parseRange(option: string, range: string, given = range): Range {
  if (!range.includes(':')) return { values: numberList(option, range), scale: 'linear', even: false };
  const [from, to, points, scale = 'linear', ...more] = range.split(':');
  const [low, high, count] = [from, to, points].map((text) => decimal(text ?? '')) as [
    number,
    number,
    number,
  ];
  const known = scale === 'linear' || scale === 'log';
  if (!known || more.length > 0 || !Number.isFinite(low) || !Number.isFinite(high) || Number.isNaN(count))
    throw new InvalidArgumentError(option, given, `${RANGE_FORM} or numbers separated by commas`);
  if (count > MOST_POINTS) throw new InvalidArgumentError(option, given, `at most ${MOST_POINTS} points`);
  return { values: gridValues({ from: low, to: high, count, scale }), scale, even: true };
}

/** The only grid there can be, if there is one. */
export const optionalGrid = (text: string | undefined): GridAxis | undefined =>
  text === undefined ? undefined : parseGrid(text);
