import { describe, expect, it } from 'vitest';
import { columnNotes } from '../../src/data/columnNotes.ts';
import { readIdxImages } from '../../src/data/idxImages.ts';
import { readMnistImages } from '../../src/data/mnistImages.ts';
import { standardised, tableStatistics } from '../../src/data/standardise.ts';
import { columnNamed, rowsOfTable, splitRows, type Table, targetLast } from '../../src/data/table.ts';
import { asDataset, inputsAndTarget, tableDataset } from '../../src/data/tableDataset.ts';
import { teacher } from '../../src/data/teacher.ts';

const tableOf = (names: string[], rows: readonly (readonly number[])[]): Table => ({
  names,
  rows: rows.length,
  values: Float64Array.from(rows.flat()),
});
const squares = tableOf(
  ['a', 'y', 'b', 'c', 'd'],
  Array.from({ length: 10 }, (_, i) => [i, i * i, 7, -i, i]),
);

describe('targetLast', () => {
  it('moves the target behind the inputs, which keep their order', () => {
    const table = tableOf(
      ['a', 'y', 'b'],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    );
    expect(targetLast(table, 'y')).toEqual({
      names: ['a', 'b', 'y'],
      rows: 2,
      values: Float64Array.of(1, 3, 2, 4, 6, 5),
    });
    expect(inputsAndTarget(targetLast(table, 'a'))).toEqual({
      n: 2,
      d: 2,
      x: Float64Array.of(2, 3, 5, 6),
      y: Float64Array.of(1, 4),
    });
  });

  it('names the first of many columns, and those without a name', () => {
    const names = ['', 'a, b', ...Array.from({ length: 98 }, (_, j) => `c${j}`)];
    const shown = `"", "a, b", ${names.slice(2, 40).join(', ')}, ... (100 in all)`;
    expect(() => columnNamed(names, 'target', 'z')).toThrow(`(expected a column: ${shown})`);
    // Whole names, as many as a line has room for.
    const long = Array.from({ length: 31 }, (_, j) => `a_name_of_twenty_one_${j}`);
    const room = `${long.slice(0, 12).join(', ')}, ... (31 in all)`;
    expect(() => columnNamed(long, 'target', 'z')).toThrow(`(expected a column: ${room})`);
    expect(() => columnNamed(['diagnosis', 'id'], 'target', 'Diagnoses')).toThrow(
      'invalid target: "Diagnoses" (expected a column: is it diagnosis? There are diagnosis, id)',
    );
  });

  it('refuses an unknown or constant target, and no inputs, by name', () => {
    expect(() => targetLast(squares, 'z')).toThrow('invalid target: "z" (expected a column: a, y, b, c, d)');
    expect(() => targetLast(squares, 'b')).toThrow('the target "b" is constant (7)');
    expect(() => targetLast(tableOf(['y'], [[1], [2]]), 'y')).toThrow(
      'there are no inputs beside the target "y"',
    );
  });
});

describe('splitRows', () => {
  it('gives parts that hold every row once, the same for the same seed', () => {
    const fractions = { test: 0.2, validation: 0.3 };
    const parts = splitRows(squares.rows, fractions, 1);
    expect(parts.map(({ length }) => length)).toEqual([2, 3, 5]);
    const ordered = targetLast(squares, 'y');
    const datasets = parts.map((rows) => inputsAndTarget(rowsOfTable(ordered, rows)));
    const targets = datasets.flatMap(({ y }) => [...y]).sort((a, b) => a - b);
    expect(targets).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    for (const { n, d, x, y } of datasets) for (let i = 0; i < n; i++) expect(y[i]).toBe(x[i * d]! ** 2);
    expect(splitRows(squares.rows, fractions, 1)).toEqual(parts);
    expect(splitRows(squares.rows, fractions, 2)).not.toEqual(parts);
  });

  it('refuses fractions that leave a part without two rows', () => {
    const one = (testFraction: number) => () => splitRows(squares.rows, { testFraction }, 1);
    expect(one(1)).toThrow('invalid testFraction: 1 (expected a number between 0 and 1)');
    expect(one(-0.1)).toThrow('invalid testFraction: -0.1');
    expect(one(0.1)).toThrow('invalid testFraction: 0.1 (expected at least 2 of the 10 rows, not 1)');
    expect(one(0.9)).toThrow('10 rows leave 1 to train on');
    expect(() => splitRows(3, { testFraction: 0.2 }, 1)).toThrow('3 rows are too few: 4 are needed');
  });
});

describe('standardising', () => {
  // a has mean 4 and squares 9, 1, 1, 9; y has mean 6 and squares 4, 4, 4, 36.
  const table = tableOf(
    ['a', 'b', 'y'],
    [
      [1, 5, 4],
      [3, 5, 4],
      [5, 5, 4],
      [7, 5, 12],
    ],
  );

  it('divides the squares by n, not by n - 1', () => {
    const { inputs, target } = tableStatistics(table);
    expect(inputs.mean).toEqual([4, 5]);
    expect(inputs.deviation[0]).toBeCloseTo(Math.sqrt(20 / 4), 14);
    expect(inputs.deviation[1]).toBe(0);
    expect(target.mean).toEqual([6]);
    expect(target.deviation[0]).toBeCloseTo(Math.sqrt(48 / 4), 14);
    expect('clip' in inputs).toBe(false);
  });

  it('maps a value to (value - mean) / deviation, and constant columns to 0', () => {
    const { x, y } = inputsAndTarget(standardised(table, tableStatistics(table)));
    const expected = [-3, 0, -1, 0, 1, 0, 3, 0].map((value) => value / Math.sqrt(5));
    x.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 14);
    });
    y.forEach((value, i) => {
      expect(value).toBeCloseTo([-2, -2, -2, 6][i]! / Math.sqrt(12), 14);
    });
  });

  it('clips inputs where asked, and no targets', () => {
    const { x, y } = inputsAndTarget(standardised(table, tableStatistics(table, 1)));
    expect([x[0], x[6]]).toEqual([-1, 1]);
    expect(x[2]).toBeCloseTo(-1 / Math.sqrt(5), 14);
    expect(y[3]).toBeCloseTo(6 / Math.sqrt(12), 14);
    expect(() => tableStatistics(table, 0)).toThrow('invalid clip: 0');
  });

  it('takes a constant column for constant even where its mean is rounded', () => {
    const same = tableOf(
      ['a', 'y'],
      Array.from({ length: 30 }, (_, i) => [0.1, i]),
    );
    expect(tableStatistics(same).inputs).toEqual({ mean: [0.1], deviation: [0] });
  });

  it('standardises inputs and target of a data set each where asked', () => {
    const neither = tableDataset(table, 'y', { inputs: false, target: false });
    expect(neither).toEqual(asDataset(table));
    expect(neither.x).toEqual(Float32Array.of(1, 5, 3, 5, 5, 5, 7, 5));
    const inputs = tableDataset(table, 'y', { inputs: true, target: false, clip: 1 });
    expect([inputs.x[0], inputs.x[1], inputs.x[4], inputs.y[3]]).toEqual([
      -1,
      0,
      Math.fround(1 / Math.sqrt(5)),
      12,
    ]);
    const target = tableDataset(table, 'y', { inputs: false, target: true });
    expect([target.x[0], target.y[3]]).toEqual([1, Math.fround(6 / Math.sqrt(12))]);
  });

  it('refuses options that there are not', () => {
    const options = { inputs: true, target: true, Clip: 3 };
    expect(() => tableDataset(table, 'y', options)).toThrow(
      'invalid Clip: 3 (expected an option of tableDataset: clip?)',
    );
    expect(() => tableDataset(table, 'y', {} as never)).toThrow(
      'invalid inputs: undefined (expected true or false)',
    );
    expect(() => teacher({ d: 3, sigma: 1 } as never)).toThrow(
      'invalid sigma: 1 (expected an option of teacher: tau?)',
    );
    expect(() => readMnistImages({ row: 3 } as never)).toThrow(
      'invalid row: 3 (expected an option of readMnistImages',
    );
    expect(() => readIdxImages('a', 'b', { rows: 3 } as never)).toThrow('invalid rows');
  });
});

describe('columnNotes', () => {
  it('says which columns are constant or equal', () => {
    expect(columnNotes(targetLast(squares, 'y'))).toEqual([
      'column "b" is constant and ignored',
      'columns "a" and "d" are equal',
    ]);
  });

  it('notes a value that is a million times what is usual in its column, and no wide spread', () => {
    const rows = Array.from({ length: 20 }, (_, i) => [10 + i, 10 ** (i / 2), i]);
    rows[3]![0] = -1e12;
    expect(columnNotes(tableOf(['a', 'b', 'y'], rows))).toEqual([
      'column "a" holds -1000000000000, a million times what is usual there: is it right?',
    ]);
    rows[3]![0] = 12;
    rows[5]![2] = 3e9;
    expect(columnNotes(tableOf(['a', 'b', 'y'], rows))).toEqual([
      'column "y" holds 3000000000, a million times what is usual there: is it right?',
    ]);
  });
});
