import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvTable } from '../../src/data/csvTable.ts';
import { DelimitedTable } from '../../src/data/formats/delimited.ts';
import { JsonTable } from '../../src/data/formats/jsonRecords.ts';
import { lz4Frame } from '../../src/data/formats/lz4.ts';
import { learnPreparation } from '../../src/data/preparation/learnPreparation.ts';
import { preparedTable } from '../../src/data/preparation/preparedTable.ts';
import { cellText, namesOf } from '../../src/data/rawTable.ts';
import { readTable, readTableSync } from '../../src/data/readTable.ts';
import { stream } from '../../src/random/stream.ts';
import { bytesOf, npy, zip } from '../support/tableFiles.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
let written = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `table-${written++}`);
  writeFileSync(path, content);
  return path;
}

const utf32 = (texts: readonly string[], width: number) =>
  bytesOf(
    Uint32Array.from(
      texts.flatMap((text) => Array.from({ length: width }, (_, k) => text.charCodeAt(k) || 0)),
    ),
  );

// One table: a number with a hole, text, true and false, a target.
const size = [1.5, null, -2, 1e30, 0.1];
const kind = ['red', 'blue, "dark"', 'red', null, 'blue, "dark"'];
const open = [true, false, true, true, false];
const y = [1, 2, 3, 4, 5.25];
const records = y.map((_, i) => ({ size: size[i], kind: kind[i], open: open[i], y: y[i] }));
const cells = records.map(({ size, kind, open, y }) => [
  size ?? '',
  kind ?? 'NA',
  open ? 'True' : 'False',
  y,
]);
const quoted = (cell: unknown) => `"${String(cell).replaceAll('"', '""')}"`;
const text = (delimiter: string, end = '\n') =>
  [['size', 'kind', 'open', 'y'], ...cells].map((row) => row.map(quoted).join(delimiter)).join(end);
const columns = { size, kind, open, y };
const arrow = (format: 'file' | 'stream') => tableToIPC(tableFromArrays(columns), { format })!;
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'size', data: size, type: 'DOUBLE' },
      { name: 'kind', data: kind, type: 'STRING' },
      { name: 'open', data: open, type: 'BOOLEAN' },
      { name: 'y', data: y, type: 'DOUBLE' },
    ],
  }),
);
const arrays = {
  'size.npy': npy('<f8', [5], bytesOf(Float64Array.from(size, (v) => v ?? Number.NaN))),
  'kind.npy': npy(
    '<U12',
    [5],
    utf32(
      kind.map((v) => v ?? ''),
      12,
    ),
  ),
  'open.npy': npy('|b1', [5], Uint8Array.from(open, Number)),
  'y.npy': npy(
    '>f8',
    [5],
    Buffer.concat(
      y.map((v) => {
        const b = Buffer.alloc(8);
        b.writeDoubleBE(v);
        return b;
      }),
    ),
  ),
};
const archive = zip(arrays);
const formats: Readonly<Record<string, string | Uint8Array>> = {
  commas: text(','),
  'commas, lines ended as on Windows': `\uFEFF${text(',', '\r\n')}\r\n`,
  semicolons: text(';'),
  tabs: text('\t'),
  bars: text('|'),
  'gzipped CSV': gzipSync(text(',')),
  JSON: JSON.stringify(records, null, 1),
  'a JSON record a line': records.map((record) => JSON.stringify(record)).join('\n'),
  'gzipped JSON': gzipSync(JSON.stringify(records)),
  'an Arrow file': arrow('file'),
  'an Arrow stream': arrow('stream'),
  Parquet: parquet,
  'gzipped Parquet': gzipSync(parquet),
  npz: archive,
  'npz, deflated': zip(arrays, true),
  'gzipped npz': gzipSync(archive),
  'a gzipped Arrow file': gzipSync(arrow('file')),
};

describe('readTable', () => {
  it.each(Object.keys(formats))(
    'reads one table to one preparation and the same numbers from %s',
    async (name) => {
      const table = await readTable(file(formats[name]!));
      expect(namesOf(table)).toEqual(['size', 'kind', 'open', 'y']);
      expect(table.columns.map((column) => y.map((_, i) => cellText(column, i)))).toEqual([
        ['1.5', '', '-2', '1e+30', '0.1'],
        ['red', 'blue, "dark"', 'red', '', 'blue, "dark"'],
        ['true', 'false', 'true', 'true', 'false'],
        ['1', '2', '3', '4', '5.25'],
      ]);
      const preparation = learnPreparation(table, { target: 'y', missing: 'impute' });
      // Sizes in order: -2, 0.1, 1.5, 1e30. Blue and red come twice each, the missing colour once.
      expect(preparation.inputs).toEqual([
        { kind: 'number', name: 'size', median: 0.8, indicator: true },
        {
          kind: 'text',
          name: 'kind',
          levels: ['blue, "dark"', 'red'],
          other: true,
          shares: [0.4, 0.4, 0.2],
          missing: true,
        },
        {
          kind: 'text',
          name: 'open',
          levels: ['true', 'false'],
          other: false,
          shares: [0.6, 0.4],
          missing: true,
        },
      ]);
      const { names, rows, values } = preparedTable(table, preparation).table;
      expect(names).toEqual([
        ...['size', 'size missing', 'kind=blue, "dark"', 'kind=red', 'kind=(other)', 'open=false', 'y'],
      ]);
      expect(rows).toBe(5);
      expect([...values]).toEqual(
        [
          [1.5, 0, 0, 1, 0, 0, 1],
          [0.8, 1, 1, 0, 0, 1, 2],
          [-2, 0, 0, 1, 0, 0, 3],
          [1e30, 0, 0, 0, 1, 0, 4],
          [0.1, 0, 1, 0, 0, 1, 5.25],
        ].flat(),
      );
    },
  );

  it.each([
    ['<f4', Float32Array.of(1, 2, 3, 4, 5, 6)],
    ['<f8', Float64Array.of(1, 2, 3, 4, 5, 6)],
    ['|i1', Int8Array.of(1, 2, 3, 4, 5, 6)],
    ['<u2', Uint16Array.of(1, 2, 3, 4, 5, 6)],
    ['<i8', BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n)],
    // 1 to 6 in 16 bits: exponent 15 is 2^0, ten bits of fraction.
    ['<f2', Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600)],
  ])('reads an array of NumPy of %s, by rows and by columns', async (descr, values) => {
    const rows = await readTable(file(npy(descr, [3, 2], bytesOf(values))));
    expect(namesOf(rows)).toEqual(['x0', 'x1']);
    expect(rows.columns.map((column) => column.kind === 'number' && [...column.values])).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    const columns = await readTable(file(npy(descr, [3, 2], bytesOf(values), true)));
    expect(columns.columns.map((column) => column.kind === 'number' && [...column.values])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('finds what separates the cells by lines that are as long as the header', async () => {
    const names = async (content: string) => namesOf(await readTable(file(content)));
    expect(await names('a;b\n1,5;2,5\n1;2\n')).toEqual(['a', 'b']);
    expect(await names('weight (kg, dry);height, m;age\n1;2;3\n')).toEqual([
      'weight (kg, dry)',
      'height, m',
      'age',
    ]);
    expect(await names('a;b,c\n"x;y",2\n')).toEqual(['a;b', 'c']);
    expect(await names('"a|b"\t"c"\n1\t2\n')).toEqual(['a|b', 'c']);
    expect(await names('alone\n1\n')).toEqual(['alone']);
  });

  it.each([
    ['[1, 2]', 'row 1 of', 'is no record'],
    ['[{"a": 1}', '', 'is no JSON'],
    ['{"a": 1}\n{"a": }', 'row 2 of', 'is no JSON'],
    ['[{"a": 1},]', 'row 2 of', 'is no JSON'],
    ['[{"a": 1}] 2', '', 'is no JSON: "2" after the array'],
    ['[{"a": 1}}', '', 'is no JSON'],
    ['[]', '', 'holds no records'],
    ['[]', '', 'holds no records'],
    ['a,b\n1,2\n3\n', 'row 2 of', 'has 1 cells instead of 2'],
    [npy('|O', [3], new Uint8Array(24)), '', 'is an array of Python objects: convert it with .astype(float)'],
    [npy('<f8', [3], new Uint8Array(16)), '', 'is cut short: 16 bytes of values instead of 24'],
    [npy('<f8', [1, 1, 1], new Uint8Array(8)), '', 'has 3 axes (1 x 1 x 1)'],
    [npy('<c16', [1], new Uint8Array(16)), '', "is an array of NumPy's type c16"],
    [npy('<M8[ns]', [1], new Uint8Array(8)), '', "is an array of NumPy's type M8, no numbers or text"],
    [zip({ 'readme.txt': new Uint8Array(3) }), '', 'is a zip archive without .npy files'],
    [
      zip({
        'a.npy': npy('|i1', [2], new Uint8Array(2)),
        'b.npy': npy('|i1', [3], new Uint8Array(3)),
      }),
      '',
      'has arrays of different lengths: a 2, b 3',
    ],
    [archive.subarray(0, archive.length - 30), '', 'is a zip archive that is cut short'],
    [gzipSync('a,b\n1,2\n').subarray(0, 20), '', 'is compressed with gzip, and cut short'],
    [gzipSync('a,b\n1,2\n').fill(0xff, 12, 16), '', 'is compressed with gzip, and damaged'],
    [parquet.subarray(0, 200), '', 'cannot be read as Parquet'],
    [arrow('file').subarray(0, 200), '', 'cannot be read as Arrow'],
  ])('refuses a file and says what it is, %#', async (content, where, what) => {
    const path = file(content);
    await expect(readTable(path)).rejects.toThrow(
      new RegExp(`^${where} ?"${path}" ${what.replace(/[()|.]/g, '\\$&')}`),
    );
  });

  it('reads a file in pieces and row groups as it reads it whole, and tells how far it is', async () => {
    // Two pieces and a bit, cells of two and three bytes across their borders.
    const rows = 60_000;
    const level = (i: number) => ['über den Zaun gestiegen', '€ und mehr als dreizehn', 'a'][i % 3]!;
    const lines = Array.from({ length: rows }, (_, i) => `${i},"${level(i)}"`);
    const csv = `size,kind\n${lines.join('\n')}\n`;
    const groups = parquetWriteBuffer({
      columnData: [
        { name: 'size', data: Float64Array.from({ length: rows }, (_, i) => i), type: 'DOUBLE' },
        { name: 'kind', data: lines.map((_, i) => level(i)), type: 'STRING' },
      ],
      rowGroupSize: 25_000,
    });
    const contents = [
      [csv, 2],
      [gzipSync(csv), 1],
      [new Uint8Array(groups), 3],
    ] as const;
    for (const [content, pieces] of contents) {
      const told: (readonly [number, number])[] = [];
      const path = file(content);
      const table = await readTable(path, { onProgress: (read, total) => told.push([read, total]) });
      expect(table.rows).toBe(rows);
      expect(namesOf(table)).toEqual(['size', 'kind']);
      for (const i of [0, 1, 24_999, 25_000, 33_333, 49_999, rows - 1]) {
        expect(cellText(table.columns[0]!, i)).toBe(String(i));
        expect(cellText(table.columns[1]!, i)).toBe(level(i));
      }
      expect(table.columns[1]).toMatchObject({ levels: [level(0), level(1), level(2)] });
      const { length } = Buffer.from(content);
      expect(told.at(-1)).toEqual([length, length]);
      expect(told).toHaveLength(pieces);
    }
  });

  it.each([
    ['an array', '[', ',', ' ]\n'],
    ['lines', '', '', ''],
  ])('reads JSON records in %s from pieces cut anywhere', (_, start, between, end) => {
    const found = [
      { a: 1, b: 'x, "y" \\ [{' },
      { a: -2.5e3, b: null },
      { b: '\\"', c: true },
      { a: 4, b: ']}', c: false },
    ];
    const text = `\uFEFF ${start}${found.map((record) => JSON.stringify(record)).join(`${between}\n`)}${end}`;
    const read = (cuts: readonly number[]) => {
      const table = new JsonTable('"here"');
      const edges = [0, ...cuts, text.length];
      for (let k = 1; k < edges.length; k++)
        table.push(text.slice(edges[k - 1], edges[k]), k === edges.length - 1);
      return table.done();
    };
    const whole = read([]);
    expect([whole.rows, namesOf(whole)]).toEqual([4, ['a', 'b', 'c']]);
    for (const [i, record] of found.entries())
      for (const [j, name] of (['a', 'b', 'c'] as const).entries())
        expect(cellText(whole.columns[j]!, i)).toBe(String((record as Record<string, unknown>)[name] ?? ''));
    // The first piece has what tells the two forms apart.
    for (let cut = 3; cut < text.length; cut++) {
      expect(read([cut])).toEqual(whole);
      expect(read([cut, Math.min(cut + 1, text.length)])).toEqual(whole);
    }
  });

  it('refuses text in another encoding than UTF-8', async () => {
    for (const read of [readTable, async (path: string) => readTableSync(path)])
      await expect(read(file(Buffer.from('Fl\u00e4che;b\n1;2\n', 'latin1')))).rejects.toThrow(
        'is not in UTF-8',
      );
    await expect(readTable(file(Buffer.from([97, 44, 98, 10, 49, 44, 0xe2, 0x82])))).rejects.toThrow('UTF-8');
  });

  it('reads a character that two pieces share', async () => {
    // A piece is 2^20 bytes; this character is three, behind a header of two.
    const cell = '\u20AC'.repeat(400_000);
    const { columns } = await readTable(file(`a\n${cell}\n`));
    expect(cellText(columns[0]!, 0) === cell).toBe(true);
  });

  it.each([';', '\t', '|'])(
    'reads decimal commas between %j as the points of the same table',
    async (delimiter) => {
      const random = stream('decimals');
      const normals = random.fillGaussian(new Float64Array(600), 50);
      let at = 0;
      const cell = (): string => {
        const normal = normals[at++]!;
        const value = random.uniform() < 0.3 ? Math.round(normal) : normal;
        const kind = random.uniform();
        if (kind < 0.1) return '';
        return kind < 0.2 ? value.toExponential(3) : kind < 0.3 ? value.toFixed(3) : String(value);
      };
      const names = ['a', 'b, c', 'd'];
      const cells = Array.from({ length: 200 }, () => names.map(cell));
      const lines = (mark: string): string =>
        [names, ...cells.map((row) => row.map((text) => text.replace('.', mark)))]
          .map((row) =>
            [...row, 'x,y'].map((text) => (text.includes(delimiter) ? `"${text}"` : text)).join(delimiter),
          )
          .join('\r\n');
      const [points, commas] = ['.', ','].map((mark) => file(lines(mark)));
      const [expected, found] = [await readTable(points!), await readTable(commas!)];
      const valuesOf = ({ columns }: typeof found) =>
        columns.map((column) => (column.kind === 'number' ? column.values : column.levels));
      expect(namesOf(found)).toEqual([...names, 'x,y']);
      expect(valuesOf(found)).toEqual(valuesOf(expected));
      const marks = ({ columns }: typeof found) =>
        columns.map((column) => column.kind === 'number' && [column.decimals?.mark, column.decimals?.open]);
      expect(marks(found).slice(0, 3)).toEqual(names.map(() => [',', false]));
      expect(marks(expected).slice(0, 3)).toEqual(names.map(() => ['.', false]));
    },
  );

  it('reads decimal commas in a table of numbers alone, and refuses one that leaves them open', () => {
    expect(readCsvTable(file('a;b\n1,5;2\n,25;1,234\n')).values).toEqual(
      Float64Array.of(1.5, 2, 0.25, 1.234),
    );
    expect(() => readCsvTable(file('a;b\n1;2\n1;1,234\n'))).toThrow('row 2, column "b"');
    expect(() => readCsvTable(file('a;b\n1,5;2\n1,5;2.5\n'))).toThrow('column "b" has points (2.5)');
  });

  it('finds what separates the cells by more than one piece where that has too few lines', () => {
    const table = new DelimitedTable('here');
    table.push('a;b', false);
    table.push('\n1;2\n', true);
    expect(namesOf(table.done())).toEqual(['a', 'b']);
  });

  it('reads Parquet and Arrow only where it may wait for their packages', () => {
    expect(() => readTableSync(file(parquet))).toThrow('is Parquet or Arrow, which readTable reads');
  });
});

describe('lz4Frame', () => {
  it('reads a frame made by hand: literals, a match that overlaps itself, a stored block', () => {
    // 'ab', then 8 bytes from 2 back, then the literal 'c'; the second block is stored.
    const block = [0x24, 0x61, 0x62, 2, 0, 0x10, 0x63];
    const stored = [0x64, 0x65];
    const length = (n: number, plain = 0) => [n, 0, 0, plain];
    const frame = [
      4,
      0x22,
      0x4d,
      0x18,
      0x60,
      0x40,
      0,
      ...length(7),
      ...block,
      ...length(2, 0x80),
      ...stored,
      0,
      0,
      0,
      0,
    ];
    expect(Buffer.from(lz4Frame(Uint8Array.from(frame))).toString()).toBe('ababababab' + 'c' + 'de');
    expect(() => lz4Frame(Uint8Array.from(frame.slice(0, 14)))).toThrow('cut short');
    expect(() => lz4Frame(Uint8Array.of(1, 2, 3))).toThrow('no LZ4 frame');
  });
});
