import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkPositive, InvalidArgumentError, UserError } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { columnNamed } from './csvFile.ts';
import type { Table } from './csvTable.ts';
import type { Dataset } from './dataset.ts';

/** Rows of a table as a regression problem in their own units, float64. */
export interface TabularProblem {
  /** Rows. */
  readonly n: number;
  /** Inputs, the columns but the target. */
  readonly d: number;
  /** n x d, row after row. */
  readonly x: Float64Array;
  /** Targets, n. */
  readonly y: Float64Array;
  /** Names of the inputs, in the order of the columns of x. */
  readonly inputs: readonly string[];
  /** Name of the target. */
  readonly target: string;
}

/**
 * One column as the target, all others as inputs.
 * @throws InvalidArgumentError for an unknown target; UserError when the target is constant or there are no inputs
 */
export function tabularProblem(table: Table, target: string): TabularProblem {
  const { names, rows: n, values } = table;
  const column = columnNamed(names, 'target', target);
  const d = names.length - 1;
  if (d === 0) throw new UserError(`there are no inputs beside the target ${JSON.stringify(target)}`);
  const x = new Float64Array(n * d);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = [...values.subarray(i * (d + 1), (i + 1) * (d + 1))];
    y[i] = row.splice(column, 1)[0]!;
    x.set(row, i * d);
  }
  if (y.every((value) => value === y[0]))
    throw new UserError(
      `the target ${JSON.stringify(target)} is constant (${y[0]}): there is nothing to predict`,
    );
  return { n, d, x, y, inputs: names.toSpliced(column, 1), target };
}

/** Some rows of a problem, in the given order. */
export function rowsOfProblem(problem: TabularProblem, rows: ArrayLike<number>): TabularProblem {
  const { d } = problem;
  const n = rows.length;
  const x = new Float64Array(n * d);
  for (let i = 0; i < n; i++) x.set(problem.x.subarray(rows[i]! * d, (rows[i]! + 1) * d), i * d);
  return { ...problem, n, x, y: Float64Array.from({ length: n }, (_, i) => problem.y[rows[i]!]!) };
}

/**
 * Parts of a problem by a seeded permutation of its rows: one of each fraction, and the rest last.
 * @throws InvalidArgumentError for a fraction outside (0, 1); UserError when a part would have fewer than two rows
 */
export function splitProblem(
  problem: TabularProblem,
  fractions: readonly { readonly option: string; readonly fraction: number }[],
  seed: number | string,
): TabularProblem[] {
  const order = stream(seed, 'rows').permutation(problem.n);
  let start = 0;
  const parts = fractions.map(({ option, fraction }) => {
    if (checkPositive(option, fraction) >= 1)
      throw new InvalidArgumentError(option, fraction, 'a number between 0 and 1');
    const end = start + Math.round(fraction * problem.n);
    const part = order.subarray(start, end);
    start = end;
    if (part.length < 2)
      throw new UserError(
        `${option} ${fraction} of ${problem.n} rows leaves ${part.length} of them: 2 are needed`,
      );
    return rowsOfProblem(problem, part);
  });
  const rest = order.subarray(start);
  if (rest.length < 2)
    throw new UserError(`${problem.n} rows leave ${rest.length} to train on: 2 are needed`);
  return [...parts, rowsOfProblem(problem, rest)];
}

/** Mean and population standard deviation of each of `columns` columns; deviation exactly 0 for a constant one. */
export function columnStatistics(
  values: Float64Array,
  columns: number,
): { mean: number[]; deviation: number[] } {
  const n = values.length / columns;
  const of = (j: number): [number, number] => {
    let constant = true;
    let mean = 0;
    for (let i = 0; i < n; i++) {
      mean += values[i * columns + j]! / n;
      constant &&= values[i * columns + j] === values[j];
    }
    if (constant) return [values[j]!, 0];
    let square = 0;
    for (let i = 0; i < n; i++) square += (values[i * columns + j]! - mean) ** 2 / n;
    return [mean, Math.sqrt(square)];
  };
  const all = Array.from({ length: columns }, (_, j) => of(j));
  return { mean: all.map(([mean]) => mean), deviation: all.map(([, deviation]) => deviation) };
}

/** Times the median at which a value is taken for a slip of the pen. */
const FAR = 1e6;

/** The value farthest out of a column where it lies beyond all reason, and hardly another does; undefined otherwise. */
function strayValue(column: readonly number[]): number | undefined {
  const sizes = column
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  const median = sizes[sizes.length >> 1] ?? 0;
  const far = sizes.filter((size) => size > FAR * median).length;
  if (far === 0 || far > Math.max(1, column.length / 100)) return undefined;
  return column.find((value) => Math.abs(value) === sizes.at(-1));
}

/** Columns that say nothing or say it twice, and values that may be slips of the pen, each as a clause for people. */
export function columnNotes({ n, d, x, y, inputs, target }: TabularProblem): string[] {
  const name = (j: number): string => JSON.stringify(inputs[j]);
  const first = new Map<string, number>();
  const notes: string[] = [];
  for (let j = 0; j < d; j++) {
    const column = Array.from({ length: n }, (_, i) => x[i * d + j]!);
    if (column.every((value) => value === column[0])) {
      notes.push(`column ${name(j)} is constant and ignored`);
      continue;
    }
    const stray = strayValue(column);
    if (stray !== undefined) notes.push(strayNote(inputs[j]!, stray));
    const key = column.join();
    const other = first.get(key);
    if (other === undefined) first.set(key, j);
    else notes.push(`columns ${name(other)} and ${name(j)} are equal`);
  }
  const stray = strayValue([...y]);
  if (stray !== undefined) notes.push(strayNote(target, stray));
  return notes;
}

const strayNote = (column: string, value: number): string =>
  `column ${JSON.stringify(column)} holds ${value}, a million times what is usual there: is it right?`;

/** The standardised problem as float32 rows. */
export const asDataset = ({ n, d, x, y }: TabularProblem): Dataset => ({
  n,
  d,
  x: Float32Array.from(x),
  y: Float32Array.from(y),
});

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
  const problem = tabularProblem(table, target);
  const statistics = (values: Float64Array, columns: number, wanted: boolean) =>
    wanted
      ? columnStatistics(values, columns)
      : { mean: new Array<number>(columns).fill(0), deviation: new Array<number>(columns).fill(1) };
  return asDataset(
    standardised(
      problem,
      clippedAt(standardise.clip, statistics(problem.x, problem.d, standardise.inputs)),
      statistics(problem.y, 1, standardise.target),
    ),
  );
}

/**
 * The statistics of inputs that are to be clipped at plus and minus so many deviations once they are standardised.
 * @throws InvalidArgumentError for a `clip` that is not > 0
 */
export const clippedAt = <T extends object>(
  clip: number | undefined,
  statistics: T,
): T & { clip?: number } =>
  clip === undefined ? statistics : { ...statistics, clip: checkPositive('clip', clip) };

/** (value - mean) / deviation by column, inputs clipped where their statistics say so; 0 in columns of deviation 0. */
export function standardised(
  problem: TabularProblem,
  inputs: ReturnType<typeof columnStatistics> & { readonly clip?: number },
  target: ReturnType<typeof columnStatistics>,
): TabularProblem {
  const { d } = problem;
  const { clip = Number.POSITIVE_INFINITY } = inputs;
  const scaled = (
    value: number,
    { mean, deviation }: ReturnType<typeof columnStatistics>,
    j: number,
  ): number => (deviation[j] === 0 ? 0 : (value - mean[j]!) / deviation[j]!);
  return {
    ...problem,
    x: problem.x.map((value, at) => Math.min(clip, Math.max(-clip, scaled(value, inputs, at % d)))),
    y: problem.y.map((value) => scaled(value, target, 0)),
  };
}
