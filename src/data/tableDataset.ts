import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean } from '../errors.ts';
import type { Dataset } from './dataset.ts';
import { type ColumnStatistics, standardised, tableStatistics } from './standardise.ts';
import { type Table, targetLast } from './table.ts';

/** A table whose last column is the target as rows in float64, which the exact solvers take. */
export function inputsAndTarget({ names, rows, values }: Table): Dataset<Float64Array> {
  const d = names.length - 1;
  const [x, y] = [new Float64Array(rows * d), new Float64Array(rows)];
  for (let i = 0, at = 0; i < rows; i++, at += d + 1) {
    x.set(values.subarray(at, at + d), i * d);
    y[i] = values[at + d]!;
  }
  return { n: rows, d, x, y };
}

/** The last column of a table. */
export function targetOf({ names, rows, values }: Table): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => values[(i + 1) * names.length - 1]!);
}

/** A table whose last column is the target as rows in float32, which models take. */
export function asDataset(table: Table): Dataset {
  const { n, d, x, y } = inputsAndTarget(table);
  return { n, d, x: Float32Array.from(x), y: Float32Array.from(y) };
}

/** What of a table is standardised, to mean 0 and deviation 1. */
export interface Standardising {
  /** The columns but the target. */
  readonly inputs: boolean;
  /** The target. */
  readonly target: boolean;
  /** Where standardised inputs are clipped, in deviations. Default not at all. */
  readonly clip?: number | undefined;
}

const STANDARDISING: OptionNames<Standardising> = { inputs: true, target: true, clip: true };

/**
 * A table as float32 rows, its inputs and its target each standardised by all rows, or left in their units.
 * @param target name of its column; all others are inputs
 * @param standardise to mean 0 and deviation 1: the inputs, clipped at `clip` deviations where that is given; the target
 * @throws InvalidArgumentError for an unknown target or option; UserError when it is constant or there are no inputs
 */
export function tableDataset(table: Table, target: string, standardise: Standardising): Dataset {
  checkOptions('tableDataset', standardise, STANDARDISING);
  checkBoolean('inputs', standardise.inputs);
  checkBoolean('target', standardise.target);
  const ordered = targetLast(table, target);
  const statistics = tableStatistics(ordered, standardise.clip);
  return asDataset(
    standardised(ordered, {
      inputs: standardise.inputs ? statistics.inputs : unchanged(statistics.inputs),
      target: standardise.target ? statistics.target : unchanged(statistics.target),
    }),
  );
}

/** Statistics that leave values as they are, but for clipping. */
const unchanged = ({ mean, ...others }: ColumnStatistics): ColumnStatistics => ({
  ...others,
  mean: mean.map(() => 0),
  deviation: mean.map(() => 1),
});
