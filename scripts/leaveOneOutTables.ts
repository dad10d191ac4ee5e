// The tables of rows that scripts about leave-one-out estimates hold them to.
import { readFileSync } from 'node:fs';
import type { HostRows } from '../src/data/dataset.ts';
import { type Stream, stream } from '../src/random/stream.ts';

/** A table that comes with the package. */
export const shipped = (name: string): URL => new URL(`../data/${name}.csv`, import.meta.url);

/**
 * n rows drawn at random from a file of numbers with a header: columns and target of mean 0 and variance 1, constant columns left out.
 * @param column the target. Default the last
 * @param seed draws other rows
 */
export function standardisedTable(file: string | URL, n: number, column?: string, seed?: string): HostRows {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = header!.split(',').map((name) => name.replaceAll('"', ''));
  const target = column === undefined ? names.length - 1 : names.indexOf(column);
  return standardised(
    lines.map((line) => line.split(',').map(Number)),
    n,
    target,
    stream('compareLeaveOneOut', 'rows', ...(seed === undefined ? [] : [seed])),
  );
}

function standardised(
  rows: readonly (readonly number[])[],
  n: number,
  target: number,
  random: Stream,
): HostRows {
  const order = rows.map((row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const drawn = order.slice(0, n).map(({ row }) => row);
  const columns = rows[0]!.map((_, j) => {
    const own = drawn.map((row) => row[j]!);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
    return deviation > 0 ? own.map((value) => (value - mean) / deviation) : null;
  });
  const y = columns[target]!;
  const inputs = columns.filter((column, j) => column !== null && j !== target) as number[][];
  const x = Float64Array.from({ length: drawn.length * inputs.length }, (_, at) => {
    return inputs[at % inputs.length]![Math.floor(at / inputs.length)]!;
  });
  return { n: drawn.length, d: inputs.length, x, y: Float64Array.from(y) };
}
