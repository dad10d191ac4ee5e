import { rowsOf as pick } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { digitsBelowFive } from '../data/shippedSets.ts';
import { teacher } from '../data/teacher.ts';
import { stream } from '../random/stream.ts';
import { type Cell, rowsOf } from './cell.ts';
import { isNetworkCell } from './networkCell.ts';

/** The rows that a cell is trained on, and those on which its risks are measured. */
export interface CellProblem {
  readonly train: Dataset;
  readonly test: Iterable<Dataset>;
}

/**
 * Fresh rows of the linear teacher, named by `key`; or a random part of a data set and another to test on, the same two for
 * all cells of one seed, so that networks are compared on the same data.
 */
export function cellProblem(cell: Cell, key: string): CellProblem {
  const n = rowsOf(cell);
  if (isNetworkCell(cell) && cell.data === 'digits') {
    const all = digitsBelowFive();
    const order = stream('digits', cell.seed, 'rows').permutation(all.n);
    return {
      train: pick(all, order.subarray(0, n)),
      test: [pick(all, order.subarray(all.n - cell.testRows))],
    };
  }
  const problem = teacher({ d: cell.d, tau: cell.tau, seed: key });
  return { train: problem.sample('train', n), test: problem.batches('test', cell.testRows) };
}
