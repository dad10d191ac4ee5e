import { checkOptions } from '../checkOptions.ts';
import { oneLine, UserError } from '../errors.ts';
import { type FileRanges, filePieces, filePiecesSync, fileRanges, type ReadProgress } from './filePieces.ts';
import { DelimitedTable } from './formats/delimited.ts';
import { JsonTable } from './formats/jsonRecords.ts';
import { npyTable, npzTable } from './formats/npy.ts';
import { namesOf, type RawTable } from './rawTable.ts';

/** What begins a file of each format that is not text. */
const MAGIC = {
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

/** What {@link readTable} may be told. */
export interface ReadTableOptions {
  /** Called after each piece of the file with the bytes that were read, and with all that it has. */
  readonly onProgress?: ReadProgress;
}

/**
 * Reads a table from a file in any format: CSV and text separated by semicolons, tabs or bars, with a header; JSON records;
 * NumPy's .npy and .npz; Apache Arrow and Parquet; each also compressed with gzip. What a file is, its content says, not its
 * name. Text with separators and JSON are read in pieces, and Parquet by row groups, of which nothing is kept but the columns.
 * @throws UserError naming the file, and the row and column of what cannot be read
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<RawTable> {
  checkOptions('readTable', options, { onProgress: true });
  const { onProgress = () => {} } = options;
  const ranges = fileRanges(path, MAGIC.parquet);
  if (ranges) return parquet(ranges, JSON.stringify(path), onProgress);
  const content = new Content(path);
  for await (const piece of filePieces(path, onProgress)) content.push(piece);
  const { bytes, file } = content;
  switch (content.format) {
    case 'parquet':
      return parquet(new Uint8Array(bytes()).buffer, file);
    case 'arrow':
    case 'arrowStream': {
      const { arrowTable } = await import('./formats/arrow.ts');
      return checked(await arrowTable(bytes(), file));
    }
    default:
      return content.table();
  }
}

async function parquet(
  content: FileRanges | ArrayBuffer,
  file: string,
  onProgress?: ReadProgress,
): Promise<RawTable> {
  const { parquetTable } = await import('./formats/parquet.ts');
  return checked(await parquetTable(content, file, onProgress));
}

/**
 * The same, at once, for the formats that need no package.
 * @throws UserError as {@link readTable} does, and for Arrow and Parquet
 */
export function readTableSync(path: string): RawTable {
  const content = new Content(path);
  for (const piece of filePiecesSync(path)) content.push(piece);
  return content.table();
}

/** The content of a file, which its first piece tells the format of. */
class Content {
  format: Format | 'text' = 'text';
  /** As messages name it. */
  readonly file: string;
  private readonly text: TextTable;
  private pieces: Uint8Array[] | null = null;
  private isNew = true;

  constructor(path: string) {
    this.file = JSON.stringify(String(path));
    this.text = new TextTable(this.file);
  }

  push(piece: Uint8Array): void {
    if (this.isNew) {
      this.format = formatOf(piece);
      if (this.format !== 'text') this.pieces = [];
    }
    this.isNew = false;
    if (this.pieces) this.pieces.push(piece);
    else this.text.push(piece);
  }

  /** All of it, where it is no text. */
  readonly bytes = (): Uint8Array => {
    const pieces = this.pieces ?? [];
    this.pieces = null;
    return Buffer.concat(pieces);
  };

  /** @throws UserError for the formats that need a package */
  table(): RawTable {
    switch (this.format) {
      case 'npy':
        return checked(npyTable(this.bytes(), this.file));
      case 'zip':
        return checked(npzTable(this.bytes(), this.file));
      case 'text':
        return checked(this.text.done());
      default:
        throw new UserError(oneLine(`${this.file} is Parquet or Arrow, which readTable reads`));
    }
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
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide || bytes.subarray(0, 1000).includes(0))
    throw new UserError(oneLine(`${file} is UTF-16 or no text: save it as UTF-8`));
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
