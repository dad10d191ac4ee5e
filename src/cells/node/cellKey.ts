import { createHash } from 'node:crypto';
import type { Cell } from '../cell.ts';

/** A name for the cell that does not depend on the order of its fields. */
export const cellKey = (of: Cell): string => keyOf(of);

/**
 * The name of the cell's random streams, by what its data and its untrained model depend on. Cells that differ only in how
 * they are trained or tested share teacher, rows, noise, first weights and test rows, so that methods, radii, penalties and
 * attacks are compared on the same models.
 */
export const streamKey = (of: Cell): string =>
  keyOf(Object.fromEntries(OF_STREAMS.map((name) => [name, of[name]])));

const OF_STREAMS = [
  'features',
  'network',
  'widths',
  'data',
  'psi1',
  'psi2',
  'd',
  'tau',
  'noise',
  'labels',
  'flip',
  'spectrum',
  'signal',
  'activation',
  'seed',
] as const satisfies (keyof Cell)[];

function keyOf(fields: object): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const sorted = given.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
