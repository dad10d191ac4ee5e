import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { csvRows, csvText, readCsvTable } from '../../src/data/csvTable.ts';
import {
  clippedAt,
  columnNotes,
  columnStatistics,
  splitProblem,
  standardised,
  tabularProblem,
} from '../../src/data/tabular.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-csv-'));
const file = join(folder, 'data.csv');
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(file, text);
  return readCsvTable(file);
}

describe('csvRows', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\uFEFFa,b\n\n1,\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['1,', [['1', '']]],
    [
      '"a, ""b""","c\nd"\n,2',
      [
        ['a, "b"', 'c\nd'],
        ['', '2'],
      ],
    ],
  ])('reads %j', (text, rows) => {
    expect(csvRows(text)).toEqual(rows);
  });

  it.each(['a,"b\n1,2', 'a,"b"c\n'])('refuses the open quote in %j', (text) => {
    expect(() => csvRows(text)).toThrow('a quote is never closed, or followed by text: "b');
  });

  it('reads back any cells that were quoted', () => {
    const cell = fc.string();
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1 });
    fc.assert(
      fc.property(rows, (table) => {
        const text = table.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect(csvRows(text)).toEqual(table);
      }),
    );
  });
});

describe('readCsvTable', () => {
  it('gives names and numbers, and csvText gives them back', () => {
    const table = read(' a ,b\n1,-2.5e3\n0.1,3\n');
    expect(table).toEqual({ names: ['a', 'b'], rows: 2, values: Float64Array.of(1, -2500, 0.1, 3) });
    expect(read(csvText(table))).toEqual(table);
    const odd = { names: ['x, "y"', 'z'], rows: 1, values: Float64Array.of(1 / 3, 2) };
    expect(read(csvText(odd))).toEqual(odd);
  });

  it.each([
    ['a,b\n1,2\n3,\n', 'row 2, column "b" of', 'is missing'],
    ['a,b\n1, \n3,4\n', 'row 1, column "b" of', 'is missing'],
    ['a,b\nred,2\n', 'row 1, column "a" of', 'is "red", not a finite number'],
    ['a,b\n1,NaN\n', 'row 1, column "b" of', 'is "NaN", not a finite number'],
    ['a,b\n1,Infinity\n', 'row 1, column "b" of', 'is "Infinity", not a finite number'],
    ['a,b\n1,2\n1,2,3\n', 'row 2 of', 'has 3 cells instead of 2'],
    ['a,b,a\n1,2,3\n', '', 'has two columns named "a"'],
    ['1,2\n3,4\n', '', 'has no header: its first line holds only numbers'],
    ['a,b\n', '', 'has no rows below its header'],
    ['', '', 'has no rows below its header'],
  ])('refuses %j naming the file, the row and the column', (text, where, what) => {
    const message = `${where} ${JSON.stringify(file)} ${what}`.trim();
    expect(() => read(text)).toThrow(message);
  });

  it('names a file that is not there', () => {
    expect(() => readCsvTable(join(folder, 'none.csv'))).toThrow(/^cannot read ".*none.csv": ENOENT/);
  });
});

describe('a tabular problem', () => {
  const text = `a,y,b,c,d\n${Array.from({ length: 10 }, (_, i) => `${i},${i * i},7,${-i},${i}`).join('\n')}`;

  it('has one column as its target and the others, in order, as inputs', () => {
    const problem = tabularProblem(read(text), 'y');
    expect(problem.inputs).toEqual(['a', 'b', 'c', 'd']);
    expect([...problem.x.slice(4, 8)]).toEqual([1, 7, -1, 1]);
    expect([...problem.y]).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
  });

  it('says which columns are constant or equal', () => {
    expect(columnNotes(tabularProblem(read(text), 'y'))).toEqual([
      'column "b" is constant and ignored',
      'columns "a" and "d" are equal',
    ]);
  });

  it('refuses an unknown or constant target, and no inputs, by name', () => {
    expect(() => tabularProblem(read(text), 'z')).toThrow(
      'invalid target: "z" (expected a column: a, y, b, c, d)',
    );
    expect(() => tabularProblem(read(text), 'b')).toThrow('the target "b" is constant (7)');
    expect(() => tabularProblem(read('y\n1\n2\n'), 'y')).toThrow('there are no inputs beside the target "y"');
  });

  it('is split into parts that hold every row once, the same for the same seed', () => {
    const problem = tabularProblem(read(text), 'y');
    const fractions = [
      { option: 'test', fraction: 0.2 },
      { option: 'validation', fraction: 0.3 },
    ];
    const parts = splitProblem(problem, fractions, 1);
    expect(parts.map(({ n }) => n)).toEqual([2, 3, 5]);
    expect(parts.flatMap(({ y }) => [...y]).sort((a, b) => a - b)).toEqual([...problem.y]);
    for (const part of parts)
      for (let i = 0; i < part.n; i++) expect(part.y[i]).toBe(part.x[i * part.d]! ** 2);
    expect(splitProblem(problem, fractions, 1)).toEqual(parts);
    expect(splitProblem(problem, fractions, 2)).not.toEqual(parts);
    const one = (fraction: number) => () => splitProblem(problem, [{ option: 'test-fraction', fraction }], 1);
    expect(one(1)).toThrow('invalid test-fraction: 1 (expected a number between 0 and 1)');
    expect(one(-0.1)).toThrow('invalid test-fraction: -0.1');
    expect(one(0.1)).toThrow('test-fraction 0.1 of 10 rows leaves 1 of them: 2 are needed');
    expect(one(0.9)).toThrow('10 rows leave 1 to train on');
  });

  it('standardised has means 0 and deviations 1, and 0 where a column is constant', () => {
    const problem = tabularProblem(read(text), 'y');
    const done = standardised(problem, columnStatistics(problem.x, 4), columnStatistics(problem.y, 1));
    const { mean, deviation } = columnStatistics(done.x, 4);
    for (const value of [...mean, columnStatistics(done.y, 1).mean[0]!]) expect(value).toBeCloseTo(0, 14);
    expect(deviation.map((value) => Number(value.toFixed(12)))).toEqual([1, 0, 1, 1]);
  });

  it('clips standardised inputs where asked, and no targets', () => {
    const problem = tabularProblem(read(text), 'y');
    const inputs = columnStatistics(problem.x, 4);
    const target = columnStatistics(problem.y, 1);
    const whole = standardised(problem, inputs, target);
    const clipped = standardised(problem, clippedAt(0.5, inputs), target);
    expect([...whole.x].some((value) => Math.abs(value) > 0.5)).toBe(true);
    expect([...clipped.x]).toEqual([...whole.x].map((value) => Math.max(-0.5, Math.min(0.5, value))));
    expect(clipped.y).toEqual(whole.y);
    expect(() => clippedAt(0, inputs)).toThrow('invalid clip: 0');
  });

  it('takes a constant column for constant even where its mean is rounded', () => {
    const values = new Float64Array(30).fill(0.1);
    expect(columnStatistics(values, 1)).toEqual({ mean: [0.1], deviation: [0] });
  });
});
