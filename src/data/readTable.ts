import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { oneLine, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import { delimitedTable } from './formats/delimited.ts';
import { jsonTable } from './formats/jsonRecords.ts';
import { npyTable, npzTable } from './formats/npy.ts';
import { namesOf, type RawTable } from './rawTable.ts';

/** What begins a file of each format that is not text. */
const MAGIC = {
  gzip: [0x1f, 0x8b],
  npy: [0x93, ...Buffer.from('NUMPY')],
  zip: [...Buffer.from('PK'), 3, 4],
  parquet: [...Buffer.from('PAR1')],
  arrow: [...Buffer.from('ARROW1')],
  arrowStream: [0xff, 0xff, 0xff, 0xff],
} as const;
type Format = keyof typeof MAGIC;

const formatOf = (bytes: Uint8Array): Format | 'text' =>
  (Object.keys(MAGIC) as Format[]).find((name) => MAGIC[name].every((byte, k) => bytes[k] === byte)) ??
  'text';

/**
 * Reads a table from a file in any format: CSV and text separated by semicolons, tabs or bars, with a header; JSON records;
 * NumPy's .npy and .npz; Apache Arrow and Parquet; each also compressed with gzip. What a file is, its content says, not its
 * name.
 * @throws UserError naming the file, and the row and column of what cannot be read
 */
export async function readTable(path: string): Promise<RawTable> {
  const { bytes, file } = contentOf(path);
  const format = formatOf(bytes);
  if (format === 'parquet') {
    const { parquetTable } = await import('./formats/parquet.ts');
    return checked(await parquetTable(bytes, file));
  }
  if (format === 'arrow' || format === 'arrowStream') {
    const { arrowTable } = await import('./formats/arrow.ts');
    return checked(await arrowTable(bytes, file));
  }
  return tableIn(bytes, file);
}

/**
 * The same, at once, for the formats that need no package.
 * @throws UserError as {@link readTable} does, and for Arrow and Parquet
 */
export function readTableSync(path: string): RawTable {
  const { bytes, file } = contentOf(path);
  return tableIn(bytes, file);
}

function contentOf(path: string): { bytes: Uint8Array; file: string } {
  const bytes = naming('read', path, () => readFileSync(path));
  const file = JSON.stringify(path);
  if (formatOf(bytes) !== 'gzip') return { bytes, file };
  try {
    return { bytes: gunzipSync(bytes), file };
  } catch {
    throw new UserError(oneLine(`${file} is compressed with gzip, and damaged`));
  }
}

function tableIn(bytes: Uint8Array, file: string): RawTable {
  switch (formatOf(bytes)) {
    case 'npy':
      return checked(npyTable(bytes, file));
    case 'zip':
      return checked(npzTable(bytes, file));
    case 'parquet':
    case 'arrow':
    case 'arrowStream':
      throw new UserError(oneLine(`${file} is Parquet or Arrow, which readTable reads`));
    default:
      return checked(tableInText(bytes, file));
  }
}

function tableInText(bytes: Uint8Array, file: string): RawTable {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide || bytes.subarray(0, 1000).includes(0))
    throw new UserError(oneLine(`${file} is UTF-16 or no text: save it as UTF-8`));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return /^\uFEFF?\s*[[{]/.test(text) ? jsonTable(text, file) : delimitedTable(text, file);
}

/** The table itself. @throws UserError for a name that two columns have, and for no rows */
function checked(table: RawTable): RawTable {
  const names = namesOf(table);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined)
    throw new UserError(oneLine(`${table.file} has two columns named ${JSON.stringify(twice)}`));
  if (table.rows === 0) throw new UserError(oneLine(`${table.file} has no rows`));
  return table;
}
