import { createHash } from 'node:crypto';
import type { Cell } from '../cell.ts';

/** A name for the cell that does not depend on the order of its fields. */
export function cellKey(of: Cell): string {
  const sorted = Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/**
 * The name of the cell's random streams. Cells that differ only in how they are trained or tested share their data and
 * their features, so that methods and attacks are compared on the same models.
 */
export const streamKey = (of: Cell): string =>
  cellKey({ ...of, method: 'pgd', attackSteps: 1, testAttack: 'pgd', testRows: 2, epsTest: [] });
