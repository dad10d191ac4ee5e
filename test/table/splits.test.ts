import { describe, expect, it } from 'vitest';
import { splitRows } from '../../src/data/table.ts';
import { stream } from '../../src/random/stream.ts';
import { heldOutRows, overSplits, partsOf } from '../../src/table/splits.ts';

const common = { testFraction: 0.25, seed: 3 };

describe('heldOutRows', () => {
  it('holds every row out once a repeat, in folds of sizes that differ by one at most', () => {
    for (const [count, folds] of [
      [23, 5],
      [20, 10],
      [7, 2],
    ] as const) {
      const splits = heldOutRows(count, { ...common, folds, repeats: 3 });
      expect(splits).toHaveLength(3 * folds);
      for (let repeat = 0; repeat < 3; repeat++) {
        const parts = splits.slice(repeat * folds, (repeat + 1) * folds);
        expect(parts.flatMap((part) => [...part]).sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        const sizes = parts.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
      expect(splits[0]).not.toEqual(splits[folds]);
    }
  });

  it('repeats random splits, the first of which is that of a single training', () => {
    const splits = heldOutRows(40, { ...common, repeats: 4 });
    expect(splits.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    expect(splits[0]).toEqual(splitRows(40, { testFraction: 0.25 }, 3)[0]);
    expect(new Set(splits.map(String)).size).toBe(4);
    expect(heldOutRows(40, { ...common, repeats: 4 })).toEqual(splits);
    expect(heldOutRows(40, { ...common, seed: 4 })[0]).not.toEqual(splits[0]);
  });

  it('refuses folds and repeats that are none', () => {
    const refused = (options: object) => expect(() => heldOutRows(20, { ...common, ...options }));
    refused({ folds: 1 }).toThrow('invalid folds: 1 (expected an integer >= 2)');
    refused({ folds: 11 }).toThrow('invalid folds: 11 (expected at most 10 for 20 rows)');
    refused({ repeats: 0 }).toThrow('invalid repeats: 0');
    refused({ testFraction: 2 }).toThrow('invalid testFraction: 2');
    refused({ fold: 3 }).toThrow(/invalid fold: 3/);
  });
});

describe('overSplits', () => {
  it('has the mean, its standard error as if the splits were independent, and a corrected one', () => {
    // Mean 4, variance 20/3 of four values; held out a quarter of what is trained on.
    const found = overSplits([1, 3, 5, 7], { train: 80, test: 20 });
    expect(found.value).toBe(4);
    expect(found.standardError).toBeCloseTo(Math.sqrt(20 / 3 / 4), 12);
    expect(found.corrected).toBeCloseTo(Math.sqrt((20 / 3) * (1 / 4 + 1 / 4)), 12);
  });

  it('is nearer to the truth where the splits are random and share their rows', () => {
    // The mean of 40 Gaussians, estimated by the mean of the held-out rows in ten random splits: what its error is.
    const [tables, count] = [300, 40];
    let [square, plain, corrected] = [0, 0, 0];
    for (let table = 0; table < tables; table++) {
      const y = stream('splits', table).fillGaussian(new Float64Array(count));
      const found = overSplits(
        heldOutRows(count, { ...common, seed: table, repeats: 10 }).map(
          (rows) => rows.reduce((sum, row) => sum + y[row]!, 0) / rows.length,
        ),
        { train: 30, test: 10 },
      );
      square += found.value ** 2 / tables;
      plain += found.standardError ** 2 / tables;
      corrected += found.corrected ** 2 / tables;
    }
    expect(Math.abs(Math.log(corrected / square))).toBeLessThan(Math.abs(Math.log(plain / square)));
    expect(plain).toBeLessThan(0.5 * square);
  });
});

describe('partsOf', () => {
  it('takes the rows that are named, and splits the others as ever', () => {
    const settings = { testFraction: 0.2, validationFraction: 0.25, seed: 1, testRows: [3, 17, 5] };
    const [test, validation, train] = partsOf(20, settings);
    expect([...test!]).toEqual([3, 17, 5]);
    expect(validation).toHaveLength(5);
    expect([...test!, ...validation!, ...train!].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(partsOf(20, { ...settings, validationFraction: 0 })).toHaveLength(2);
  });

  it('refuses rows that are none', () => {
    const parts = (testRows: number[]) => () =>
      partsOf(20, { testFraction: 0.2, validationFraction: 0, seed: 1, testRows });
    expect(parts([1, 20])).toThrow('invalid testRows: 20 (expected positions among the 20 rows)');
    expect(parts([1, 1])).toThrow(/invalid testRows: \[1, 1\]/);
    expect(parts([1])).toThrow(/at least two rows, each once/);
    expect(parts(Array.from({ length: 19 }, (_, i) => i))).toThrow(/leave 1 to train on/);
  });
});
