import { rowsOf as pick } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { teacher } from '../data/teacher.ts';
import { UserError } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { signalNamed } from '../theory/index.ts';
import type { Cell } from './cell.ts';
import { covarianceOf, rowsOf } from './cellSizes.ts';

/** The rows that a cell is trained on, and those on which its risks are measured. */
export interface CellProblem {
  readonly train: Dataset;
  readonly test: Iterable<Dataset>;
}

/** What `cellProblem` needs besides the cell. */
export interface CellSources {
  /** Names the random streams of data and weights. */
  readonly streams: string;
  /** All the digits, for cells on them; where files cannot be read there are none. */
  readonly digits?: () => Dataset;
}

/**
 * Fresh rows of the linear teacher; or a random part of a data set and another to test on, the same two for all cells of
 * one seed, so that networks are compared on the same data.
 * @throws UserError for a cell on a data set that is not at hand
 */
export function cellProblem(cell: Cell, { streams, digits }: CellSources): CellProblem {
  const n = rowsOf(cell);
  if (cell.data === 'digits') {
    const all = digits?.();
    if (!all) throw new UserError('the digits are a file, which cannot be read here');
    const order = stream('digits', cell.seed, 'rows').permutation(all.n);
    return {
      train: pick(all, order.subarray(0, n)),
      test: [pick(all, order.subarray(all.n - cell.testRows))],
    };
  }
  const { d, tau, noise, labels, flip, signal } = cell;
  const problem = teacher({
    ...{ d, tau, covariance: covarianceOf(cell), seed: streams },
    ...(noise !== undefined && { noise }),
    ...(signal !== undefined && { signal: signalNamed(signal) }),
    ...(labels !== undefined && flip !== undefined && { labels, flip }),
  });
  return { train: problem.sample('train', n), test: problem.batches('test', cell.testRows) };
}
