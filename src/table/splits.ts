import { splitRows } from '../data/table.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { stream } from '../random/stream.ts';
import { atLeast, ifGiven, type OptionChecks, resolveOptions, seedOfStreams } from '../resolveOptions.ts';
import type { TableTrainingSettings } from './tableTrainingOptions.ts';

/** How rows are held out, more than once. */
export interface SplitOptions {
  /** Parts of the rows, of which each is held out in turn; default none: random splits. */
  readonly folds?: number | undefined;
  /** Random splits; of folds, how often the rows are dealt out anew. Default 1. */
  readonly repeats?: number | undefined;
  /** Fraction of the rows that a random split holds out; folds do not ask for it. */
  readonly testFraction: number;
  /** Names the streams of the splits; the first random one is that of a single training. */
  readonly seed: number | string;
}

/** Folds do not ask for the fraction. */
const CHECKS: OptionChecks<SplitOptions> = {
  folds: ifGiven(atLeast(2)),
  repeats: checkInteger,
  testFraction: true,
  seed: seedOfStreams,
};

/**
 * Positions of the held-out rows of each split. Those of the folds of one repeat hold every row once.
 * @param count rows of the table
 * @throws InvalidArgumentError for fewer than two folds, folds of fewer than two rows, no repeats, or a fraction as
 * `trainOnTable` refuses it
 */
export function heldOutRows(count: number, options: SplitOptions): Uint32Array[] {
  checkInteger('count', count, 4);
  const { folds, repeats, testFraction, seed } = resolveOptions('heldOutRows', options, CHECKS, {
    repeats: 1,
  });
  const rounds = Array.from({ length: repeats }, (_, repeat) => repeat);
  if (folds === undefined)
    return rounds.map(
      (repeat) => splitRows(count, { testFraction }, repeat === 0 ? seed : `${seed}, split ${repeat}`)[0]!,
    );
  if (count < 2 * folds)
    throw new InvalidArgumentError('folds', folds, `at most ${Math.floor(count / 2)} for ${count} rows`);
  return rounds.flatMap((repeat) => {
    const order = stream(seed, 'folds', repeat).permutation(count);
    const edge = (k: number): number => Math.floor((k * count) / folds);
    return Array.from({ length: folds }, (_, k) => order.slice(edge(k), edge(k + 1)).sort());
  });
}

/**
 * Positions of the rows of each part: those held out, those to validate on where there are any, those to train on.
 * @param count rows of the table
 * @throws InvalidArgumentError naming testRows for positions that are none, come twice, or are fewer than two; as `splitRows`
 * does for the fractions
 */
export function partsOf(
  count: number,
  settings: Pick<TableTrainingSettings, 'testFraction' | 'testRows' | 'validationFraction' | 'seed'>,
): Uint32Array[] {
  const { testFraction, testRows, validationFraction, seed } = settings;
  const validation = validationFraction > 0 ? { validationFraction } : {};
  if (testRows === undefined) return splitRows(count, { testFraction, ...validation }, seed);
  const held = new Set(Array.from(testRows));
  const stray = [...held].find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
  if (stray !== undefined)
    throw new InvalidArgumentError('testRows', stray, `positions among the ${count} rows`);
  if (held.size < 2 || held.size < testRows.length)
    throw new InvalidArgumentError('testRows', Array.from(testRows), 'at least two rows, each once');
  const others = Array.from({ length: count }, (_, row) => row).filter((row) => !held.has(row));
  // The fraction is of all rows, here as where a fraction is held out.
  const ofOthers =
    validationFraction > 0 ? { validationFraction: (validationFraction * count) / others.length } : {};
  return [
    Uint32Array.from(held),
    ...splitRows(others.length, ofOthers, seed).map((part) => part.map((at) => others[at]!)),
  ];
}

/** A mean over splits, of which each trains anew. */
export interface SplitEstimate extends Estimate {
  /**
   * The standard error with the splits' common training rows allowed for: the variance of a split times (1/J + held out /
   * trained on) in place of 1/J, J splits (Nadeau & Bengio 2003).
   */
  readonly corrected: number;
}

/**
 * The mean over splits with two standard errors: `standardError` takes the splits for independent, which says too little, as
 * they share rows to train on; `corrected` allows for that.
 * @param values one a split
 * @param rows of a split, on average
 */
export function overSplits(
  values: readonly number[],
  rows: { readonly train: number; readonly test: number },
): SplitEstimate {
  const estimate = meanOf(values);
  const corrected = estimate.standardError * Math.sqrt(1 + (values.length * rows.test) / rows.train);
  return { ...estimate, corrected };
}
