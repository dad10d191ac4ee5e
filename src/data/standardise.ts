import { checkPositive } from '../errors.ts';
import type { Table } from './table.ts';

/** Means and standard deviations, one a column. */
export interface ColumnStatistics {
  /** In the units of the column. */
  readonly mean: readonly number[];
  /** Population standard deviations (divisor n), >= 0; exactly 0 for a constant column. */
  readonly deviation: readonly number[];
  /** Standardised values are clipped at plus and minus this many deviations; default not at all. Inputs only. */
  readonly clip?: number;
}

/** The statistics of a table whose last column is the target. */
export interface TableStatistics {
  readonly inputs: ColumnStatistics;
  readonly target: ColumnStatistics;
}

/**
 * Mean and population standard deviation of each column of a table whose last column is the target.
 * @param clip deviations at which standardised inputs are clipped; default not at all
 * @throws InvalidArgumentError for a `clip` that is not > 0
 */
export function tableStatistics(table: Table, clip?: number): TableStatistics {
  const all = table.names.map((_, j) => columnStatistics(table, j));
  const listed = (columns: typeof all): ColumnStatistics => ({
    mean: columns.map(({ mean }) => mean),
    deviation: columns.map(({ deviation }) => deviation),
  });
  return {
    inputs: {
      ...listed(all.slice(0, -1)),
      ...(clip === undefined ? {} : { clip: checkPositive('clip', clip) }),
    },
    target: listed(all.slice(-1)),
  };
}

function columnStatistics({ names, rows, values }: Table, j: number): { mean: number; deviation: number } {
  const first = values[j]!;
  let constant = true;
  let mean = 0;
  for (let at = j; at < values.length; at += names.length) {
    mean += values[at]! / rows;
    constant &&= values[at] === first;
  }
  // The mean of equal values is rounded, and would leave them a deviation.
  if (constant) return { mean: first, deviation: 0 };
  let variance = 0;
  for (let at = j; at < values.length; at += names.length) variance += (values[at]! - mean) ** 2 / rows;
  return { mean, deviation: Math.sqrt(variance) };
}

/** (value - mean) / deviation by column, inputs clipped where their statistics say so; 0 in columns of deviation 0. */
export const standardised = (table: Table, statistics: TableStatistics): Table =>
  standardise({ ...table, values: table.values.slice() }, statistics);

/** The same in place of the values. */
export function standardise(table: Table, { inputs, target }: TableStatistics): Table {
  const { values } = table;
  const columns = table.names.length;
  const scaled = (value: number, { mean, deviation }: ColumnStatistics, j: number): number =>
    deviation[j] === 0 ? 0 : (value - mean[j]!) / deviation[j]!;
  const { clip = Number.POSITIVE_INFINITY } = inputs;
  for (let at = 0; at < values.length; ) {
    for (let j = 0; j < columns - 1; j++, at++)
      values[at] = Math.min(clip, Math.max(-clip, scaled(values[at]!, inputs, j)));
    values[at] = scaled(values[at]!, target, 0);
    at++;
  }
  return table;
}
