import { checkOptions } from '../checkOptions.ts';
import { oneLine, UserError } from '../errors.ts';
import { filePieces, filePiecesSync, type ReadProgress } from './filePieces.ts';
import { type FileRanges, fileRanges, rangesOfBytes } from './fileRanges.ts';
import { DelimitedTable } from './formats/delimited.ts';
import { JsonTable } from './formats/jsonRecords.ts';
import { NpyArray, tableOfArrays } from './formats/npy.ts';
import { npzTable, npzTableSync } from './formats/npz.ts';
import { namesOf, type RawTable } from './rawTable.ts';

/** What begins a file of each format that is not text. */
const MAGIC = {
  npy: [0x93, ...Buffer.from('NUMPY')],
  zip: [...Buffer.from('PK'), 3, 4],
  parquet: [...Buffer.from('PAR1')],
  arrow: [...Buffer.from('ARROW1')],
  arrowStream: [0xff, 0xff, 0xff, 0xff],
} as const;
type Format = keyof typeof MAGIC | 'text';
const LONGEST_MAGIC = 6;

const formatOf = (bytes: Uint8Array): Format =>
  (Object.keys(MAGIC) as (keyof typeof MAGIC)[]).find((name) =>
    MAGIC[name].every((byte, k) => bytes[k] === byte),
  ) ?? 'text';

/** Formats that say within where their parts are. */
const IN_PARTS = ['zip', 'parquet', 'arrow', 'arrowStream'] as const;
type FormatInParts = (typeof IN_PARTS)[number];

/** What {@link readTable} may be told. */
export interface ReadTableOptions {
  /** Called after each piece of the file with the bytes that were read, and with all that it has. */
  readonly onProgress?: ReadProgress;
}

/**
 * Reads a table from a file in any format: CSV and text separated by semicolons, tabs or bars, with a header; JSON records;
 * NumPy's .npy and .npz; Apache Arrow and Parquet; each also compressed with gzip. What a file is, its content says, not its
 * name. Nothing of it is kept but the columns: text and arrays are read in pieces, Arrow by batches and Parquet by row groups, a
 * column at a time; only Arrow, Parquet and .npz from a pipe or in gzip are in memory as a whole.
 * @throws UserError naming the file, and the row and column of what cannot be read
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<RawTable> {
  checkOptions('readTable', options, { onProgress: true });
  const { onProgress = () => {} } = options;
  const file = JSON.stringify(String(path));
  const beginning = beginningOf(path);
  const { ranges, format } = beginning;
  if (ranges && isInParts(format)) return checked(await tableOfParts(format, ranges, file, onProgress));
  const content = new Content(path, beginning);
  for await (const piece of filePieces(path, onProgress)) content.push(piece);
  const { parts } = content;
  return parts ? checked(await tableOfParts(parts.format, parts.ranges, file, () => {})) : content.table();
}

/**
 * The same, at once, for the formats that need no package.
 * @throws UserError as {@link readTable} does, and for Arrow and Parquet
 */
export function readTableSync(path: string): RawTable {
  const file = JSON.stringify(String(path));
  const beginning = beginningOf(path);
  const { ranges, format } = beginning;
  if (ranges && format === 'zip') return checked(npzTableSync(ranges, file));
  const content = new Content(path, beginning);
  for (const piece of filePiecesSync(path)) content.push(piece);
  const { parts } = content;
  if (!parts) return content.table();
  if (parts.format === 'zip') return checked(npzTableSync(parts.ranges, file));
  throw new UserError(oneLine(`${file} is Parquet or Arrow, which readTable reads`));
}

/** The parts of a file, null of a pipe, and its format as it begins: what is compressed, and a pipe, passes for text. */
interface Beginning {
  readonly ranges: FileRanges | null;
  readonly format: Format;
}

function beginningOf(path: string): Beginning {
  const ranges = fileRanges(path);
  return { ranges, format: ranges ? formatOf(new Uint8Array(ranges.slice(0, LONGEST_MAGIC))) : 'text' };
}

const isInParts = (format: Format): format is FormatInParts => IN_PARTS.some((name) => name === format);

async function tableOfParts(
  format: FormatInParts,
  content: FileRanges,
  file: string,
  onProgress: ReadProgress,
): Promise<RawTable> {
  if (format === 'zip') return npzTable(content, file, onProgress);
  if (format === 'parquet')
    return (await import('./formats/parquet.ts')).parquetTable(content, file, onProgress);
  return (await import('./formats/arrow.ts')).arrowTable(content, file, onProgress);
}

/** The content of a file in pieces, the first of which tells its format; unpacked, where it was compressed. */
class Content {
  private readonly file: string;
  private readonly size: number | null;
  private format: Format | null = null;
  private readonly text: TextTable;
  private array: NpyArray | null = null;
  /** All of a file in parts. */
  private readonly pieces: Uint8Array[] = [];

  constructor(path: string, { ranges, format }: Beginning) {
    this.file = JSON.stringify(String(path));
    this.text = new TextTable(this.file);
    this.size = format === 'npy' ? ranges!.byteLength : null;
  }

  push(piece: Uint8Array): void {
    this.format ??= formatOf(piece);
    if (this.format === 'text') this.text.push(piece);
    else if (this.format === 'npy') {
      this.array ??= new NpyArray(this.file, this.size);
      this.array.push(piece);
    } else this.pieces.push(piece.slice());
  }

  /** All of it, where it says where its parts are. */
  get parts(): { readonly format: FormatInParts; readonly ranges: FileRanges } | null {
    const { format, pieces } = this;
    return format && isInParts(format) ? { format, ranges: rangesOfBytes(Buffer.concat(pieces)) } : null;
  }

  /** @throws UserError naming the file, and the row and column of what cannot be read */
  table(): RawTable {
    return checked(
      this.array ? tableOfArrays([['x', this.array.done()]], this.file, true) : this.text.done(),
    );
  }
}

/** A table from text in pieces: JSON, or cells with separators. */
class TextTable {
  private readonly file: string;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Blanks that came before it was known which of them it is. */
  private blanks = '';
  private isNew = true;
  private table: JsonTable | DelimitedTable | null = null;

  constructor(file: string) {
    this.file = file;
  }

  push(bytes: Uint8Array): void {
    if (this.isNew) checkUtf8(bytes, this.file);
    this.isNew = false;
    this.take(this.decoded(bytes), false);
  }

  done(): RawTable {
    this.take(this.decoded(), true);
    return this.table!.done();
  }

  private take(piece: string, isLast: boolean): void {
    const text = this.blanks + piece;
    this.blanks = '';
    const isBlank = this.table === null && text.replace(/^\uFEFF/, '').trim() === '';
    if (isBlank && !isLast) this.blanks = text;
    else {
      this.table ??= new (/^\uFEFF?\s*[[{]/.test(text) ? JsonTable : DelimitedTable)(this.file);
      this.table.push(text, isLast);
    }
  }

  /** @param bytes none for the end */
  private decoded(bytes?: Uint8Array): string {
    try {
      return bytes ? this.decoder.decode(bytes, { stream: true }) : this.decoder.decode();
    } catch {
      throw new UserError(
        oneLine(
          `${this.file} is not in UTF-8, as umlauts and accents show: save it as UTF-8 (in Excel, "CSV UTF-8")`,
        ),
      );
    }
  }
}

/** @throws UserError where the beginning of a file is no text in UTF-8 */
function checkUtf8(bytes: Uint8Array, file: string): void {
  const beginning = bytes.subarray(0, 1000);
  const isMarked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  // Of digits and Latin letters every second byte.
  const zeros = beginning.reduce((count, byte) => count + Number(byte === 0), 0);
  if (isMarked || zeros > 0.4 * beginning.length)
    throw new UserError(oneLine(`${file} is UTF-16: save it as UTF-8 (in Excel, "CSV UTF-8")`));
  if (zeros === 0) return;
  const line = beginning
    .subarray(0, beginning.indexOf(0))
    .reduce((count, byte) => count + Number(byte === 0x0a), 1);
  throw new UserError(
    oneLine(`${file} is no text, or damaged: line ${line} holds a byte 0, which no text in UTF-8 has`),
  );
}

/** The table itself. @throws UserError for a name that two columns have, and for no rows */
function checked(table: RawTable): RawTable {
  const names = namesOf(table);
  const twice = names.find((name, j) => names.indexOf(name) !== j);
  if (twice !== undefined) {
    const places = [names.indexOf(twice), names.lastIndexOf(twice)].map((j) => `number ${j + 1}`);
    throw new UserError(
      oneLine(
        `${table.file} has two columns named ${JSON.stringify(twice)} (${places.join(' and ')}): give each a name of its own`,
      ),
    );
  }
  if (table.rows === 0) throw new UserError(oneLine(`${table.file} has no rows`));
  return table;
}
