import { checkDataset, type Dataset } from '../data/dataset.ts';
import { checkInteger } from '../errors.ts';
import { kurtosisOf } from './kurtosis.ts';

/** A column of which a few rows carry the weight. */
export interface ColumnTail {
  /** Its position among the inputs; d is the target. */
  readonly column: number;
  /** E (x - mean)^4 / (E (x - mean)^2)^2: 3 of a Gaussian, 1/p of a value that a small share p of the rows has. */
  readonly kurtosis: number;
  /** Rows that have another than the most common value. */
  readonly others: number;
}

/** Rows to train on, for one unit of kurtosis, below which a column is named. */
const ROWS_A_UNIT = 5;

/**
 * The columns, heaviest first, whose kurtosis is more than a fifth of the rows to train on: then the fewest such rows decide what
 * a model learns of the column, a split may have none of them, and moments say little of either. Of a column of zeros and ones
 * it means fewer than five rows of the rarer kind among n.
 * @param n training rows
 * @throws InvalidArgumentError for anything but a data set, or n < 1
 */
export function columnTails(data: Dataset, n: number): ColumnTail[] {
  const { n: rows, d, x, y } = checkDataset(data);
  checkInteger('n', n);
  const found: ColumnTail[] = [];
  for (let column = 0; column <= d; column++) {
    const values = Float64Array.from({ length: rows }, (_, i) => (column < d ? x[i * d + column]! : y[i]!));
    const kurtosis = kurtosisOf(values);
    if (ROWS_A_UNIT * kurtosis > n) found.push({ column, kurtosis, others: rows - mostCommon(values) });
  }
  return found.sort((a, b) => b.kurtosis - a.kurtosis);
}

/** How many rows have the value that most have. */
function mostCommon(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
}
