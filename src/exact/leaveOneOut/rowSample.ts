/** A sample of rows without replacement, and the probability that each row had of being in it. */
export interface RowSample {
  readonly rows: readonly number[];
  /** n. 1 of rows that were certain, 0 of all where there is no sample. */
  readonly probabilities: Float64Array;
}

/**
 * As many rows as asked for, each with a probability proportional to its size, and those for which that would be 1 or more for
 * certain: sequential Poisson sampling (Ohlsson 1998), in which a larger sample of the same draws holds a smaller one but for
 * rows that become certain.
 * @param sizes > 0, n
 * @param draws uniform on [0, 1), n
 */
export function sampledRows(sizes: Float64Array, draws: Float64Array, count: number): RowSample {
  const probabilities = inclusionProbabilities(sizes, count);
  const certain = [...probabilities.keys()].filter((i) => probabilities[i] === 1);
  const others = [...probabilities.keys()]
    .filter((i) => probabilities[i]! < 1)
    .sort((i, j) => draws[i]! / sizes[i]! - draws[j]! / sizes[j]!);
  return { rows: [...certain, ...others.slice(0, count - certain.length)], probabilities };
}

function inclusionProbabilities(sizes: Float64Array, count: number): Float64Array {
  const order = [...sizes.keys()].sort((i, j) => sizes[j]! - sizes[i]!);
  const probabilities = new Float64Array(sizes.length);
  let total = sizes.reduce((sum, size) => sum + size, 0);
  let left = count;
  for (const i of order) {
    // Once a row is not certain, no smaller one is.
    if (left > 0 && left * sizes[i]! >= total * (1 - ROUNDING)) {
      probabilities[i] = 1;
      total -= sizes[i]!;
      left--;
    } else probabilities[i] = (left * sizes[i]!) / total;
  }
  return probabilities;
}

const ROUNDING = 1e-12;

/** What a sample tells of a mean over all rows. */
export interface SampledMean {
  readonly value: number;
  /** Standard error of sampling; NaN where fewer than 2 rows were drawn by lot, 0 where all rows are in the sample. */
  readonly error: number;
}

/**
 * The mean over all rows of something that is known of the sampled ones: each counts for 1 over its probability (Horvitz &
 * Thompson 1952). The variance is Hájek's for samples of a fixed size (1964).
 */
export function sampledMean({ rows, probabilities }: RowSample, at: (i: number) => number): SampledMean {
  const n = probabilities.length;
  let total = 0;
  const drawn: { expanded: number; weight: number }[] = [];
  for (const i of rows) {
    const expanded = at(i) / probabilities[i]!;
    total += expanded;
    if (probabilities[i]! < 1) drawn.push({ expanded, weight: 1 - probabilities[i]! });
  }
  if (rows.length === n) return { value: total / n, error: 0 };
  const m = drawn.length;
  const weights = drawn.reduce((sum, { weight }) => sum + weight, 0);
  const centre = drawn.reduce((sum, { expanded, weight }) => sum + weight * expanded, 0) / weights;
  const squares = drawn.reduce((sum, { expanded, weight }) => sum + weight * (expanded - centre) ** 2, 0);
  return { value: total / n, error: m < 2 ? Number.NaN : Math.sqrt((m / (m - 1)) * squares) / n };
}
