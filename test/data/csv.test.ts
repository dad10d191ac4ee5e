import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvClasses } from '../../src/data/csvClasses.ts';
import { csvRows } from '../../src/data/csvRows.ts';
import { csvText, readCsvTable } from '../../src/data/csvTable.ts';
import { decimal } from '../../src/data/decimal.ts';
import { readIdxImages } from '../../src/data/idxImages.ts';
import { readMnistImages } from '../../src/data/mnistImages.ts';
import {
  clippedAt,
  columnNotes,
  columnStatistics,
  splitProblem,
  standardised,
  tableDataset,
  tabularProblem,
} from '../../src/data/tabular.ts';
import { teacher } from '../../src/data/teacher.ts';

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
    ['a,b\n0x10,2\n', 'row 1, column "a" of', 'is "0x10", not a finite number'],
    ['a;b\n1;2\n', '', 'has cells separated by semicolons, not by commas'],
    ['a\tb\n1\t2\n', '', 'has cells separated by tabs, not by commas'],
    ['# made by hand\na,b\n1,2\n', '', 'begins with a comment line'],
    ['a,b\n# the rest is guessed\n1,2\n', 'row 1 of', 'is a comment line'],
    ['a\0,b\n1,2\n', '', 'is UTF-16 or no text'],
  ])('refuses %j naming the file, the row and the column', (text, where, what) => {
    const message = `${where} ${JSON.stringify(file)} ${what}`.trim();
    expect(() => read(text)).toThrow(message);
    // Classes come from the same reader; only cells of numbers are another matter in their column.
    if (!where.includes('column')) expect(() => readCsvClasses(file, 'b')).toThrow(message);
  });

  it.each([
    ['UTF-16', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['gzip', gzipSync('a,b\n1,2\n')],
  ])('says that a file is %s', (what, bytes) => {
    writeFileSync(file, bytes);
    expect(() => readCsvTable(file)).toThrow(what);
    expect(() => readCsvClasses(file, 'b')).toThrow(what);
  });

  it('leaves out a first column without a name that counts the rows, and no other', () => {
    for (const text of [',a,b\n0,5,6\n1,7,8\n', '"",a,b\n1,5,6\n2,7,8\n', 'Unnamed: 0,a,b\n0,5,6\n1,7,8\n'])
      expect(read(text)).toEqual({ names: ['a', 'b'], rows: 2, values: Float64Array.of(5, 6, 7, 8) });
    expect(read(',a\n0,5\n2,7\n').names).toEqual(['', 'a']);
    expect(read('i,a\n0,5\n1,7\n').names).toEqual(['i', 'a']);
    expect(readCsvClasses(file, 'a').table.names).toEqual(['i', 'a']);
  });

  it.each([
    ['1', 1],
    [' -2.5e3 ', -2500],
    ['+.5', 0.5],
    ['1.', 1],
    ['1E-2', 0.01],
  ])('takes %j for a number', (text, value) => {
    expect(decimal(text)).toBe(value);
  });

  it.each(['', ' ', '0x10', '0b1', '1_000', 'Infinity', 'NaN', '1e', '.', '1,5', '1 2', '٣'])(
    'takes %j for none',
    (text) => {
      expect(decimal(text)).toBeNaN();
    },
  );

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

  it('notes a value that is a million times what is usual in its column, and no wide spread', () => {
    const rows = Array.from({ length: 20 }, (_, i) => [10 + i, 10 ** (i / 2), i]);
    rows[3]![0] = -1e12;
    const notes = () =>
      columnNotes(tabularProblem(read(`a,b,y\n${rows.map((r) => r.join(',')).join('\n')}\n`), 'y'));
    expect(notes()).toEqual([
      'column "a" holds -1000000000000, a million times what is usual there: is it right?',
    ]);
    rows[3]![0] = 12;
    rows[5]![2] = 3e9;
    expect(notes()).toEqual([
      'column "y" holds 3000000000, a million times what is usual there: is it right?',
    ]);
  });

  it('refuses options that there are not', () => {
    const table = read(text);
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
    expect(() => readCsvClasses(file, 'y', { positive: [1] } as never)).toThrow('invalid positive');
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
