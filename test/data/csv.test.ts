import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvClasses } from '../../src/data/csvClasses.ts';
import { readCsvDataset } from '../../src/data/csvDataset.ts';
import { csvText, readCsvTable } from '../../src/data/csvTable.ts';
import { decimal } from '../../src/data/decimal.ts';
import { DelimitedRows } from '../../src/data/formats/delimited.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-csv-'));
const file = join(folder, 'data.csv');
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(file, text);
  return readCsvTable(file);
}

const csvRows = (text: string) => [...new DelimitedRows().push(text, true)];

describe('DelimitedRows', () => {
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

  it.each([
    ['a,"b\n1,2', 'the header'],
    ['a,"b"c\n', 'the header'],
    ['a,b\n\n1,2\n3,"b', 'row 2'],
  ])('refuses the open quote in %j', (text, where) => {
    expect(() => csvRows(text)).toThrow(
      `${where} of the text has a quote that is never closed, or followed by text: "b`,
    );
  });

  it('splits no piece of the text other than the whole', () => {
    const cell = fc.constantFrom(
      '',
      '1',
      'b c',
      '"',
      '"x"',
      '"a,b"',
      '"a""b"',
      '"a\nb"',
      '"a\r\nb"',
      '\uFEFF',
    );
    const end = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '');
    const line = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 3 }), end);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), fc.nat(30), fc.nat(30), (lines, a, b) => {
        const text = lines.map(([cells, newline]) => cells.join(',') + newline).join('');
        const rows = new DelimitedRows();
        const inPieces = (): string[][] => [
          ...rows.push(text.slice(0, a), false),
          ...rows.push(text.slice(a, a + b), false),
          ...rows.push(text.slice(a + b), true),
        ];
        let whole: string[][] | string;
        try {
          whole = csvRows(text);
        } catch (error) {
          whole = String(error).replace(/text: .*/s, '');
        }
        if (typeof whole === 'string') expect(inPieces).toThrow(whole.replace(/^\w+: /, ''));
        else expect(inPieces()).toEqual(whole);
      }),
      { numRuns: 500 },
    );
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

describe('cells in quotes', () => {
  it.each([
    ['a, "b, c" ,d\n', [['a', 'b, c', 'd']]],
    [
      '"a" ,  "b"\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    // Behind a space a quote need not be one.
    ['1, "x" y\n', [['1', ' "x" y']]],
    [
      '1, "5 inch\n2, "6 inch\n',
      [
        ['1', ' "5 inch'],
        ['2', ' "6 inch'],
      ],
    ],
    ['"", ""\n', [['', '']]],
  ])('may have spaces around them: %j', (text, rows) => {
    expect(csvRows(text)).toEqual(rows);
    // One character after the other.
    const reader = new DelimitedRows();
    const found = [...text].flatMap((character) => [...reader.push(character, false)]);
    expect([...found, ...reader.push('', true)]).toEqual(rows);
  });

  it('are refused where one of a large file is never closed, long before its end', () => {
    const reader = new DelimitedRows(',', '"large.csv"');
    const piece = '1,2,3\n'.repeat(1 << 20);
    const read = (): void => {
      for (const part of ['a,b,c\n1,"5 inch,3\n', ...Array.from({ length: 100 }, () => piece)])
        Array.from(reader.push(part, false));
    };
    expect(read).toThrow(
      'row 1 of "large.csv" has a quote that is never closed, or followed by text: "5 inch,3 1,2,3',
    );
    // Some million characters in one cell.
    const long = `"${'x""\n'.repeat(4e5)}",2`;
    expect(csvRows(long)).toEqual([['x"\n'.repeat(4e5), '2']]);
  });
});

it('reads lines that end by a carriage return alone', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i},${i % 7}`);
  expect(csvRows(lines.join('\r'))).toEqual(lines.map((line) => line.split(',')));
});

describe('what spreadsheets add', () => {
  it('is left out: a first line that names the separator, and columns without name and cells', () => {
    const expected = { names: ['a', 'b'], rows: 2, values: Float64Array.of(1, 2.5, 3, 4.5) };
    expect(read('sep=;\r\na;b;;\r\n1;2,5;;\r\n3;4,5;;\r\n')).toEqual(expected);
    expect(read('\uFEFFsep=\t\na\tb\n1\t2.5\n3\t4.5\n')).toEqual(expected);
  });

  it('is named where such a column has cells', () => {
    expect(() => read('a,,\n1,2,3\n')).toThrow(
      'has two columns named "" (number 2 and number 3): give each a name of its own',
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
    ['a,b\n1,NaN\n', 'row 1, column "b" of', 'is missing'],
    ['a,b\n1,Infinity\n', 'row 1, column "b" of', 'is "Infinity", not a finite number'],
    ['a,b\n1,2\n1,2,3\n', 'row 2 of', 'has 3 cells instead of 2'],
    ['a,b,a\n1,2,3\n', '', 'has two columns named "a" (number 1 and number 3): give each'],
    ['1,2\n3,4\n', '', 'has no header: its first line holds only numbers'],
    ['a,b\n', '', 'has no rows below its header'],
    ['', '', 'is empty'],
    ['\uFEFF \n\n', '', 'is empty'],
    ['\n<!DOCTYPE html>\n<title>404, not found</title>\n', '', 'is a web page or XML, and no table'],
    ['a,b\n0x10,2\n', 'row 1, column "a" of', 'is "0x10", not a finite number'],
    ['# made by hand\na,b\n1,2\n', '', 'begins with a comment line'],
    ['a,b\n# the rest is guessed\n1,2\n', 'row 1 of', 'is a comment line'],
    [`a,b\n1,2\n1\0,2\n${'3,4\n'.repeat(9)}`, '', 'is no text, or damaged: line 3 holds a byte 0'],
    ['a,b\n1,2\n-1e39,4\n', 'row 2, column "a" of', 'is -1e+39: models compute with numbers up to 3.4e+38'],
  ])('refuses %j naming the file, the row and the column', (text, where, what) => {
    const message = `${where} ${JSON.stringify(file)} ${what}`.trim();
    expect(() => read(text)).toThrow(message);
    // Classes come from the same reader; only cells of numbers are another matter in their column.
    if (!where.includes('column')) expect(() => readCsvClasses(file, 'b')).toThrow(message);
  });

  it.each([
    ['with a mark', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['without', Buffer.from('a,b\n1,2\n', 'utf16le')],
    ['without, the other way about', Buffer.from('a,b\n1,2\n', 'utf16le').swap16()],
  ])('says that a file is UTF-16, %s', (_, content) => {
    writeFileSync(file, content);
    for (const reading of [() => readCsvTable(file), () => readCsvClasses(file, 'b')])
      expect(reading).toThrow('is UTF-16: save it as UTF-8');
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
    expect(() => readCsvTable(join(folder, 'none.csv'))).toThrow(
      /^cannot read ".*none.csv": there is no such file/,
    );
  });
});

describe('readCsvClasses', () => {
  it('numbers two classes in their order, or as it is told', () => {
    writeFileSync(file, 'a,kind,b\n1,red,2\n3,blue,4\n5,red,6\n');
    expect(readCsvClasses(file, 'kind')).toEqual({
      table: { names: ['a', 'kind', 'b'], rows: 3, values: Float64Array.of(1, 1, 2, 3, -1, 4, 5, 1, 6) },
      positive: ['red'],
      negative: ['blue'],
    });
    expect([...readCsvClasses(file, 'kind', ['blue']).table.values]).toEqual([1, -1, 2, 3, 1, 4, 5, -1, 6]);
    // Numbers in the order of numbers: 10 comes behind 9.
    writeFileSync(file, 'a,kind\n1,10\n2,9\n');
    expect(readCsvClasses(file, 'kind').positive).toEqual(['10']);
    // Of numbers among text there is one order only, whatever that of the rows.
    for (const cells of [
      ['9', '10', '1a'],
      ['1a', '9', '10'],
      ['10', '1a', '9'],
    ]) {
      writeFileSync(file, ['a,kind', ...cells.map((cell, i) => `${i},${cell}`)].join('\n'));
      expect(readCsvClasses(file, 'kind', ['9']).negative).toEqual(['10', '1a']);
    }
  });

  it('refuses classes that leave nothing to tell apart', () => {
    writeFileSync(file, 'a,kind\n1,x\n2,y\n3,z\n');
    expect(() => readCsvClasses(file, 'kind')).toThrow(
      'has 3 classes (x, y, z): name those that count as +1',
    );
    expect(() => readCsvClasses(file, 'kind', ['x', 'w'])).toThrow('invalid positive: "w"');
    expect(() => readCsvClasses(file, 'kind', ['x', 'y', 'z'])).toThrow('at least one class left for -1');
    expect(() => readCsvClasses(file, 'kind', { positive: [1] } as never)).toThrow('invalid positive');
    writeFileSync(file, 'a,kind\n1,x\n2,\n');
    expect(() => readCsvClasses(file, 'kind')).toThrow(/row 2, column "kind" of .* is missing/);
  });
});

describe('readCsvDataset', () => {
  const numbers = 'a,y,b\n1,4,5\n3,4,5\n5,4,5\n7,12,5\n';
  const classes = 'a,y\n1,up\n3,down\n';

  it('standardises numbers by the population deviation, and clips inputs only', () => {
    writeFileSync(file, numbers);
    // a has mean 4 and variance (9 + 1 + 1 + 9) / 4 = 5; y mean 6 and variance (4 + 4 + 4 + 36) / 4 = 12.
    const { data, classes: none } = readCsvDataset(file, { target: 'y', clip: 1 });
    const one = 1 / Math.sqrt(5);
    expect(none).toBe(null);
    expect([data.n, data.d]).toEqual([4, 2]);
    expect(data.x).toEqual(Float32Array.of(-1, 0, -one, 0, one, 0, 1, 0));
    expect(data.y).toEqual(Float32Array.from([-2, -2, -2, 6], (value) => value / Math.sqrt(12)));
    const raw = readCsvDataset(file, { target: 'y', raw: true }).data;
    expect(raw.x).toEqual(Float32Array.of(1, 5, 3, 5, 5, 5, 7, 5));
    expect(raw.y).toEqual(Float32Array.of(4, 4, 4, 12));
  });

  it('takes a target that holds text, or of which positive classes are named, for classes', () => {
    writeFileSync(file, classes);
    const { data, classes: found } = readCsvDataset(file, { target: 'y' });
    expect(found).toEqual({ positive: ['up'], negative: ['down'] });
    expect(data).toEqual({ n: 2, d: 1, x: Float32Array.of(-1, 1), y: Float32Array.of(1, -1) });
    writeFileSync(file, numbers);
    const named = readCsvDataset(file, { target: 'y', positive: ['4'], raw: true });
    expect(named.data.y).toEqual(Float32Array.of(1, 1, 1, -1));
    expect(named.data.x[1]).toBe(5);
  });

  it('refuses options that make no sense together, and others', () => {
    writeFileSync(file, numbers);
    const asked = (options: object) => () => readCsvDataset(file, { target: 'y', ...options });
    expect(asked({ raw: true, clip: 3 })).toThrow('invalid clip: 3 (expected none with raw inputs)');
    expect(asked({ clip: 0 })).toThrow('invalid clip: 0');
    expect(asked({ target: 'z' })).toThrow('invalid target: "z" (expected a column: a, y, b)');
    expect(asked({ Clip: 3 })).toThrow('invalid Clip: 3 (expected an option of readCsvDataset: clip?)');
  });
});
