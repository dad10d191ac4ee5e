import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import {
  bool,
  type DataType,
  dateDay,
  decimal,
  dictionary,
  float32,
  float64,
  int32,
  int64,
  largeUtf8,
  list,
  tableFromArrays,
  tableToIPC,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { PIECE } from '../../src/data/filePieces.ts';
import { type FileRanges, fileRanges, rangesOfBytes } from '../../src/data/fileRanges.ts';
import { arrowTable } from '../../src/data/formats/arrow.ts';
import { NpyArray, tableOfArrays } from '../../src/data/formats/npy.ts';
import { npzTable, npzTableSync } from '../../src/data/formats/npz.ts';
import { parquetTable } from '../../src/data/formats/parquet.ts';
import { cellText, namesOf, type RawTable } from '../../src/data/rawTable.ts';
import { readTable, readTableSync } from '../../src/data/readTable.ts';
import { bytesOf, npy, zip } from '../support/tableFiles.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
let written = 0;
function file(content: Uint8Array): string {
  const path = join(folder, `file-${written++}`);
  writeFileSync(path, content);
  return path;
}

/** A file that says how much of it was read at a time. */
function watched(content: Uint8Array): { ranges: FileRanges; most: () => number } {
  const ranges = rangesOfBytes(content);
  let most = 0;
  const read = (size: number): void => {
    most = Math.max(most, size);
  };
  return {
    ranges: {
      byteLength: ranges.byteLength,
      slice(start, end) {
        const part = ranges.slice(start, end);
        read(part.byteLength);
        return part;
      },
      fill(start, part) {
        read(part.length);
        ranges.fill(start, part);
      },
    },
    most: () => most,
  };
}
const untold = (): void => {};
const cellsOf = ({ rows, columns }: RawTable): string[][] =>
  columns.map((column) => Array.from({ length: rows }, (_, i) => cellText(column, i)));

describe('a part of a file', () => {
  it('is refused where the file has become shorter, in place of zeros for what is missing', () => {
    const path = file(Uint8Array.of(1, 2, 3, 4, 5, 6));
    const ranges = fileRanges(path)!;
    expect([...new Uint8Array(ranges.slice(2, 5))]).toEqual([3, 4, 5]);
    truncateSync(path, 4);
    expect([...new Uint8Array(ranges.slice(2, 4))]).toEqual([3, 4]);
    expect(() => ranges.slice(2, 6)).toThrow(/cannot read .*: it has become shorter/);
  });
});

describe('an array of NumPy in pieces', () => {
  const values = Float64Array.from({ length: 12 }, (_, k) => 10 ** (k - 4));
  const texts = Buffer.from('ab\0cdefg\0h\0\0ijk', 'latin1');
  it.each([
    [
      'rows',
      npy('<f8', [4, 3], bytesOf(values)),
      [0, 1, 2].map((j) => [0, 1, 2, 3].map((i) => values[3 * i + j]!)),
    ],
    [
      'columns',
      npy('<f8', [4, 3], bytesOf(values), true),
      [0, 1, 2].map((j) => [0, 1, 2, 3].map((i) => values[4 * j + i]!)),
    ],
    ['texts', npy('|S3', [5], texts), [['ab', 'cde', 'fg', 'h', 'ijk']]],
    ['texts of no length', npy('<U0', [2], new Uint8Array(0)), [['', '']]],
  ])('reads %s, cut anywhere and with bytes behind it, as they were written', (_, whole, expected) => {
    const bytes = Buffer.concat([whole, Buffer.from('behind')]);
    const read = (size: number | null, cuts: readonly number[]) => {
      const array = new NpyArray('"here"', size);
      const edges = [0, ...cuts, bytes.length];
      for (let k = 1; k < edges.length; k++) array.push(bytes.subarray(edges[k - 1], edges[k]));
      return cellsOf(tableOfArrays([['x', array.done()]], '"here"', true));
    };
    const cells = expected.map((column) => column.map(String));
    for (const size of [null, bytes.length]) {
      expect(read(size, [])).toEqual(cells);
      for (let cut = 0; cut < bytes.length; cut++) {
        expect(read(size, [cut])).toEqual(cells);
        expect(read(size, [cut, Math.min(cut + 3, bytes.length)])).toEqual(cells);
      }
    }
  });

  it('believes no header that claims more values than the file has', async () => {
    const claims = npy('<f8', [1e15], new Uint8Array(16));
    for (const path of [file(claims), file(gzipSync(claims))])
      await expect(readTable(path)).rejects.toThrow(
        'is cut short: 16 bytes of values instead of 8000000000000000',
      );
    const long = Buffer.from(npy('<f8', [1], new Uint8Array(8)));
    long[6] = 2;
    long.writeUInt32LE(1e9, 8);
    expect(() => readTableSync(file(long))).toThrow('has a header that is damaged');
    expect(() => readTableSync(file(long.subarray(0, 11)))).toThrow('is cut short');
    expect(() => readTableSync(file(npy('<f8', [-1], new Uint8Array(8))))).toThrow(
      'has a header that is damaged',
    );
  });
});

describe('an archive of NumPy in pieces', () => {
  const X = Float64Array.from({ length: 400_000 }, (_, k) => (k % 1000) / 7);
  const y = Int16Array.from({ length: 100_000 }, (_, i) => i % 3000);
  const arrays = {
    'X.npy': npy('<f8', [100_000, 4], bytesOf(X)),
    'y.npy': npy('<i2', [100_000], bytesOf(y)),
  };

  it.each([false, true])(
    'reads arrays (deflated: %j) with at most a piece of them in memory',
    async (isDeflated) => {
      const { ranges, most } = watched(zip(arrays, isDeflated));
      const told: number[] = [];
      const table = await npzTable(ranges, '"here"', (done) => told.push(done));
      expect(most()).toBeLessThanOrEqual(PIECE);
      expect(namesOf(table)).toEqual(['X0', 'X1', 'X2', 'X3', 'y']);
      for (const [j, { kind, ...column }] of table.columns.entries()) {
        expect(kind).toBe('number');
        const expected = Float64Array.from(y, (label, i) => (j < 4 ? X[4 * i + j]! : label));
        expect(column).toMatchObject({ values: expected });
      }
      expect(told).toHaveLength(2);
      expect(npzTableSync(ranges, '"here"')).toEqual(table);
    },
  );

  it('refuses a deflated array that is damaged, at once and in pieces', async () => {
    const bytes = Buffer.from(zip(arrays, true));
    bytes.fill(0xff, 200, 260);
    const path = file(bytes);
    await expect(readTable(path)).rejects.toThrow(`"${path}" is a damaged zip archive`);
    expect(() => readTableSync(path)).toThrow(`"${path}" is a damaged zip archive`);
  });
});

describe('Arrow in pieces', () => {
  const views =
    'm2+TGECO0w31yRI/FQ/E4e/9sVZ1Hk7rA9U+n7Y2WJp3PpYFNDFclm6w3/8T120nzqb7H5vAD7Ibzkb+PhX240TC7xcPBGIKZBhg' +
    'hAFh6iYqPfScaFKIp7/Qpldf6wV5kJQWFRGXhEBYGnFxhMURRgibGEIYV/QIhPKoIwwI4FBUXFQUBL2iHetgNL+UOc+oZV6ZKcak' +
    'VXl52NtgJJPRIdxhqTJiLACXQaNqeRvS0hAKa2PqpA7IassLiyMti2cMIo/uKQBBBAEBACQAcNxKdp9gji/3MzrbQTvwc8WUTX1V' +
    'HiZTty4fYPRn+BlCCojq0LnsMjDB8P1ZALjbx+AF0G+xMLC7Ap8CWEQXwZtwH6h0wPgNRRPoYGF9Yzfwo9HahZgNbz24wFvdPVhZ' +
    '3V8ZWDw6G+8ILu124eKp2bVP0ALAfPMnjIXVnQ295m4C4m/NbAIA4H8c0AXi3aTQ6wE=';
  const dictionaries =
    'G8cF4I+Uqtsjgmypc8Xv1esULXBaQazDwMDSWVA6oDCAGZlwkhiE4QWPNp/+prZeY9rXyP8OFwcSSBpI50VaSgF2UZZFlEogkQatQ20/TVFO/L' +
    'C+Jz4SzIbJQpihdB1/a4KKG6yQVsJkaSAlKC2xgw4o+DMJkwlUacdA0ur8YoUrnKADFoh6O0KgCwyEISwFUAJd17HWUbECDKs6r+IwoHYr7ADC' +
    'jC6QYLZj6MKMayQqABrFQ5yy0EVBtdcQgI+3V559+DJH2TLath2cQFjceq0pHQ0BU0DY2Q4VzURwtRQA/J8CzoA4K4UxOTVLsw1gY14MSUZBIG' +
    'idVaaOJf86wClUcZ5hZe2sHxErPwulta+3p3eRHRlVpNKSVmk1h8TBeHL2qwE=';
  const rows = 39_000;
  const at = <T>(of: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => of(i));
  const levels = ['red', 'green', 'über alles'];
  /** Cells and the type that they are written with. */
  const kinds: Readonly<Record<string, readonly [readonly unknown[], DataType]>> = {
    number: [at((i) => i / 3), float64()],
    hole: [at((i) => (i % 5 === 0 ? null : -i / 8)), float32()],
    code: [at((i) => (i % 7 === 0 ? null : levels[i % 3])), dictionary(utf8())],
    whole: [at((i) => i - 20_000), int32()],
    text: [at((i) => (i % 11 === 0 ? null : `row € ${i % 101}`)), utf8()],
    long: [at((i) => (i % 2 ? 'yes' : 'not at all')), largeUtf8()],
    open: [at((i) => i % 3 === 0), bool()],
    large: [at((i) => BigInt(i) * 2n ** 33n), int64()],
    day: [at((i) => new Date(86_400_000 * (i % 9000))), dateDay()],
    time: [at((i) => new Date(1e12 + 1000 * i)), timestamp()],
    price: [at((i) => (i % 1000) / 4), decimal(18, 2)],
    last: [at((i) => levels[(i >> 3) % 3]), dictionary(utf8())],
  };
  const textOf = (cell: unknown): string =>
    cell === null
      ? ''
      : cell instanceof Date
        ? cell.toISOString().replace('T00:00:00.000Z', '')
        : String(typeof cell === 'bigint' ? Number(cell) : cell);
  const bytes = (names: readonly string[], format: 'file' | 'stream', maxBatchRows?: number) =>
    tableToIPC(
      tableFromArrays(Object.fromEntries(names.map((name) => [name, kinds[name]![0] as unknown[]])), {
        types: Object.fromEntries(names.map((name) => [name, kinds[name]![1]])),
        ...(maxBatchRows ? { maxBatchRows } : {}),
      }),
      { format },
    )!;

  it.each([
    ['file', undefined, 12],
    ['stream', 13_000, 36],
    ['file', 1000, 39],
  ] as const)(
    'reads a %s in batches of %s rows, of large ones a column at a time',
    async (format, batch, pieces) => {
      const names = Object.keys(kinds);
      const content = bytes(names, format, batch);
      const { ranges, most } = watched(content);
      const told: number[] = [];
      const table = await arrowTable(ranges, '"here"', (done) => told.push(done));
      expect(namesOf(table)).toEqual(names);
      expect(cellsOf(table)).toEqual(names.map((name) => kinds[name]![0].map(textOf)));
      // A column of decimals has 16 bytes a row.
      expect(most()).toBeLessThan(PIECE);
      expect(content.length).toBeGreaterThan(3 * PIECE);
      expect(told).toHaveLength(pieces);
    },
  );

  it('reads batches with columns of lists whole', async () => {
    const content = tableToIPC(
      tableFromArrays(
        { pair: at((i) => [levels[i % 3], null]), number: kinds.number![0] as number[] },
        { types: { pair: list(utf8()), number: float64() } },
      ),
      { format: 'file' },
    )!;
    const table = await arrowTable(rangesOfBytes(content), '"here"', untold);
    expect(cellText(table.columns[0]!, 5)).toBe('["über alles",null]');
    expect(table.columns[1]).toMatchObject({ values: Float64Array.from({ length: rows }, (_, i) => i / 3) });
  });

  // Streams that pyarrow 26 wrote, with what our writer of tests cannot write, packed with brotli and base64.
  const packed = (text: string): FileRanges =>
    rangesOfBytes(brotliDecompressSync(Buffer.from(text, 'base64')));

  it('reads columns of views, whose text is in several places, from a large batch', async () => {
    const table = await arrowTable(packed(views), '"here"', untold);
    const rows = Array.from({ length: 40_000 }, (_, i) => i);
    const long = new Map([
      [1, 'a text longer than twelve bytes'],
      [30_001, 'another text longer than that'],
    ]);
    expect(cellsOf(table)).toEqual([
      rows.map((i) => long.get(i) ?? ['', 'short', 'b'][i % 3]!),
      rows.map((i) => ['also', ''][i % 2]!),
      rows.map((i) => String(i % 4)),
    ]);
  });

  it('adds to a dictionary, and replaces one, between batches', async () => {
    const table = await arrowTable(packed(dictionaries), '"here"', untold);
    expect(cellsOf(table)).toEqual([
      ['red', 'green', 'green', 'blue', 'red', 'green', 'teal', 'teal'],
      ['1', '2', '3', '4', '5', '6', '7', '8'],
    ]);
  });

  it.each(['file', 'stream'] as const)(
    'refuses a %s cut anywhere, and takes no time about it',
    async (format) => {
      const content = bytes(['number', 'code'], format, 20_000);
      const cuts = [7, 9, 15, 40, 300, 500, 900, content.length >> 1, content.length - 20];
      for (const cut of cuts)
        await expect(arrowTable(rangesOfBytes(content.subarray(0, cut)), '"here"', untold)).rejects.toThrow(
          '"here" cannot be read as Arrow: ',
        );
    },
  );
});

describe('Parquet in pieces', () => {
  it('reads row groups a column at a time', async () => {
    const rows = 50_000;
    const columns = ['a', 'b', 'c', 'd'].map((name, j) => ({
      name,
      data: Float64Array.from({ length: rows }, (_, i) => Math.sin(i + j)),
      type: 'DOUBLE' as const,
    }));
    const content = new Uint8Array(parquetWriteBuffer({ columnData: columns, rowGroupSize: 30_000 }));
    const { ranges, most } = watched(content);
    const table = await parquetTable(ranges, '"here"', untold);
    expect(namesOf(table)).toEqual(['a', 'b', 'c', 'd']);
    for (const [j, column] of table.columns.entries())
      expect(column).toMatchObject({ values: columns[j]!.data });
    // The package looks for the metadata in the last half of a megabyte.
    expect(most()).toBeLessThanOrEqual(1 << 19);
  });
});
