import { nearestName } from '../checkOptions.ts';
import { checkPositive, counted, InvalidArgumentError, UserError } from '../errors.ts';
import { stream } from '../random/stream.ts';

/** A table of numbers with named columns, in float64. */
export interface Table {
  /** Of the columns, from the header. */
  readonly names: readonly string[];
  /** Rows below the header. */
  readonly rows: number;
  /** rows x names.length, row after row. */
  readonly values: Float64Array;
}

/** The position of a column. @throws InvalidArgumentError naming `argument` when there is none of that name */
export function columnNamed(names: readonly string[], argument: string, name: string): number {
  const found = names.indexOf(name);
  if (found >= 0) return found;
  // From JavaScript it may be no name.
  const near = typeof name === 'string' ? nearestName(name.slice(0, 40), names) : undefined;
  const question = near === undefined ? '' : `is it ${listedNames([near])}? There are `;
  throw new InvalidArgumentError(argument, name, `a column: ${question}${listedNames(names)}`);
}

/** Names that a message has room for, and characters of them. */
const MOST_NAMES = 40;
const MOST_CHARACTERS = 300;

/** Names of columns for a message, those that are empty or hold a comma in quotes; of many the first. */
export function listedNames(names: readonly string[]): string {
  const words = names
    .slice(0, MOST_NAMES)
    .map((name) => (name === '' || name.includes(',') ? JSON.stringify(name) : name));
  let count = 1;
  while (count < words.length && words.slice(0, count + 1).join(', ').length <= MOST_CHARACTERS) count++;
  const shown = words.slice(0, count);
  return [...shown, ...(names.length > shown.length ? [`... (${names.length} in all)`] : [])].join(', ');
}

/**
 * The same table with the target as its last column, behind all inputs: what a model is trained on.
 * @throws InvalidArgumentError for an unknown target; UserError when the target is constant or there are no inputs
 */
export function targetLast(table: Table, target: string): Table {
  const moved = columnLast(table, target);
  const { names, values } = moved;
  const y = values.filter((_, at) => (at + 1) % names.length === 0);
  if (y.every((value) => value === y[0]))
    throw new UserError(
      `the target ${JSON.stringify(target)} is constant (${y[0]}): there is nothing to predict`,
    );
  return moved;
}

/**
 * The same table with the target as its last column, whatever it holds: what a model is measured on.
 * @throws InvalidArgumentError for an unknown target; UserError when there are no inputs
 */
export function columnLast({ names, rows, values }: Table, target: string): Table {
  const column = columnNamed(names, 'target', target);
  const columns = names.length;
  if (columns === 1) throw new UserError(`there are no inputs beside the target ${JSON.stringify(target)}`);
  const order = [...names.keys()].filter((j) => j !== column).concat(column);
  const moved = values.map((_, at) => values[at - (at % columns) + order[at % columns]!]!);
  return { names: order.map((j) => names[j]!), rows, values: moved };
}

/** Some rows of a table, in the given order. */
export function rowsOfTable({ names, values }: Table, rows: Uint32Array): Table {
  const columns = names.length;
  const picked = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { names, rows: rows.length, values: picked };
}

/**
 * Positions of the rows in parts of a table, by a seeded permutation: one part of each fraction, and the rest last.
 * @param count rows of the table
 * @param fractions of the rows, each under the name by which messages call it
 * @throws InvalidArgumentError for a fraction outside (0, 1), or of fewer than two rows; UserError when fewer than two are
 * left
 */
export function splitRows(
  count: number,
  fractions: Readonly<Record<string, number>>,
  seed: number | string,
): Uint32Array[] {
  const order = stream(seed, 'rows').permutation(count);
  const held = Object.keys(fractions).length;
  const least = 2 * (held + 1);
  if (held > 0 && count < least)
    throw new UserError(
      `${counted(count, 'row')} ${count === 1 ? 'is' : 'are'} too few: ${least} are needed, to train on and to hold out`,
    );
  let start = 0;
  const parts = Object.entries(fractions).map(([name, fraction]) => {
    checkFraction(name, checkPositive(name, fraction));
    const part = order.subarray(start, start + Math.round(fraction * count));
    start += part.length;
    if (part.length < 2)
      throw new InvalidArgumentError(name, fraction, `at least 2 of the ${count} rows, not ${part.length}`);
    return part;
  });
  const rest = order.subarray(start);
  if (rest.length < 2)
    throw new UserError(`${counted(count, 'row')} leave ${rest.length} to train on: 2 are needed`);
  return [...parts, rest];
}

/** @throws InvalidArgumentError for a fraction >= 1 */
export function checkFraction(name: string, fraction: number): void {
  if (fraction >= 1) throw new InvalidArgumentError(name, fraction, 'a number between 0 and 1');
}
