import { deflateRawSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { npyBytes } from '../src/data/formats/npy.ts';
import { stream } from '../src/random/stream.ts';

/** A table of numbers that is made row after row: as many inputs as it has columns, and the target y last. */
export interface MadeUpTable {
  readonly rows: number;
  readonly columns: number;
  /** Writes the next row. */
  readonly next: (row: Float64Array) => void;
}

/** Gaussian inputs, and a target that is linear in them but for noise of half its size. */
export function linearTable(rows: number, columns: number): MadeUpTable {
  const draws = stream('table memory');
  const weights = draws.fillGaussian(new Float64Array(columns));
  const noise = new Float64Array(1);
  return {
    rows,
    columns,
    next(row) {
      draws.fillGaussian(row.subarray(0, columns));
      draws.fillGaussian(noise);
      const y = weights.reduce((sum, weight, j) => sum + weight * row[j]!, 0) / Math.sqrt(columns);
      row[columns] = y + 0.5 * noise[0]!;
    },
  };
}

/** The same inputs, and of that target whether it is positive: 1 or 0. */
export function classesTable(rows: number, columns: number): MadeUpTable {
  const table = linearTable(rows, columns);
  return {
    ...table,
    next(row) {
      table.next(row);
      row[columns] = Number(row[columns]! > 0);
    },
  };
}

/**
 * Correlated inputs, each a mixture of the same three Gaussian factors and of noise, and a target without a linear part,
 * z1 z2 + |z3| and noise of a fifth: no linear model learns anything, random features nearly all.
 */
export function curvedTable(rows: number, columns: number): MadeUpTable {
  const draws = stream('table memory', 'curved');
  const mixture = draws.fillGaussian(new Float64Array(3 * columns));
  const z = new Float64Array(4);
  return {
    rows,
    columns,
    next(row) {
      draws.fillGaussian(z);
      draws.fillGaussian(row.subarray(0, columns), 0.5);
      for (let j = 0; j < columns; j++) for (let k = 0; k < 3; k++) row[j]! += mixture[3 * j + k]! * z[k]!;
      row[columns] = z[0]! * z[1]! + Math.abs(z[2]!) + 0.2 * z[3]!;
    },
  };
}

const namesOf = ({ columns }: MadeUpTable): string[] => [
  ...Array.from({ length: columns }, (_, j) => `x${j}`),
  'y',
];

/** As CSV, with six decimals, a piece for each thousand rows. */
export function* csvPieces(table: MadeUpTable): Generator<string> {
  const row = new Float64Array(table.columns + 1);
  let lines = [namesOf(table).join(',')];
  for (let i = 0; i < table.rows; i++) {
    table.next(row);
    lines.push(Array.from(row, (value) => value.toFixed(6)).join(','));
    if (lines.length < 1000 && i < table.rows - 1) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
}

/** Binary formats, as whole files. */
export const BINARY: Readonly<Record<string, (table: MadeUpTable) => Uint8Array>> = {
  npy: (table) => npyOf(table, false),
  'npy by columns': (table) => npyOf(table, true),
  npz: (table) => zip('x.npy', npyOf(table, false), false),
  'npz deflated': (table) => zip('x.npy', npyOf(table, false), true),
  'Arrow file': (table) => tableToIPC(tableFromArrays(columnsOf(table)), { format: 'file' })!,
  'Arrow stream': (table) => tableToIPC(tableFromArrays(columnsOf(table)), { format: 'stream' })!,
  Parquet: (table) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: Object.entries(columnsOf(table)).map(([name, data]) => ({ name, data, type: 'DOUBLE' })),
        rowGroupSize: table.rows,
      }),
    ),
};

/** Column after column. */
function columnsOf(table: MadeUpTable): Record<string, Float64Array> {
  const columns = namesOf(table).map((name) => [name, new Float64Array(table.rows)] as const);
  const row = new Float64Array(table.columns + 1);
  for (let i = 0; i < table.rows; i++) {
    table.next(row);
    for (const [j, [, column]] of columns.entries()) column[i] = row[j]!;
  }
  return Object.fromEntries(columns);
}

function npyOf(table: MadeUpTable, byColumns: boolean): Uint8Array {
  const width = table.columns + 1;
  const values = new Float64Array(table.rows * width);
  if (byColumns)
    for (const [j, column] of Object.values(columnsOf(table)).entries()) values.set(column, j * table.rows);
  else for (let i = 0; i < table.rows; i++) table.next(values.subarray(i * width, (i + 1) * width));
  const bytes = Buffer.from(npyBytes(values, [table.rows, width]));
  // The header keeps its length.
  if (byColumns) bytes.write("'fortran_order': True, ", bytes.indexOf("'fortran_order'"));
  return bytes;
}

/** A zip archive of one file (PKWARE APPNOTE 4.3), without its checksum. */
function zip(name: string, content: Uint8Array, isDeflated: boolean): Uint8Array {
  const packed = isDeflated ? deflateRawSync(content) : content;
  const [local, entry, end] = [Buffer.alloc(30), Buffer.alloc(46), Buffer.alloc(22)];
  local.writeUInt32LE(0x04034b50, 0);
  entry.writeUInt32LE(0x02014b50, 0);
  for (const [header, at] of [
    [local, 8],
    [entry, 10],
  ] as const) {
    header.writeUInt16LE(isDeflated ? 8 : 0, at);
    header.writeUInt32LE(packed.length, at + 10);
    header.writeUInt32LE(content.length, at + 14);
    header.writeUInt16LE(name.length, at + 18);
  }
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}
