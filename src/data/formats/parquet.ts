import * as zlib from 'node:zlib';
import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { FileRanges, ReadProgress } from '../filePieces.ts';
import type { RawTable } from '../rawTable.ts';

/**
 * Reads a Parquet file by the package hyparquet, one row group after the other.
 * @param content the whole file, or what reads parts of it
 * @param file as messages name it
 * @throws UserError naming the file where it cannot be read
 */
export async function parquetTable(
  content: FileRanges | ArrayBuffer,
  file: string,
  onProgress: ReadProgress = () => {},
): Promise<RawTable> {
  const { parquetMetadataAsync, parquetRead } = await import('hyparquet');
  try {
    const metadata = await parquetMetadataAsync(content);
    const builders = new Map<string, ColumnBuilder>();
    const rows = Number(metadata.num_rows);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      await parquetRead({
        ...{ file: content, metadata, rowStart, rowEnd },
        compressors: {
          GZIP: (packed) => zlib.gunzipSync(packed),
          BROTLI: (packed) => zlib.brotliDecompressSync(packed),
          ZSTD: zstd,
        },
        // Chunks of a column come in the order of their rows.
        onChunk({ columnName, columnData }) {
          const builder = builders.get(columnName) ?? new ColumnBuilder();
          builders.set(columnName, builder);
          for (const cell of columnData as Iterable<unknown>) builder.add(cell);
        },
      });
      rowStart = rowEnd;
      onProgress(Math.round((rowEnd / rows) * content.byteLength), content.byteLength);
    }
    const names = metadata.schema.filter((_, k) => k > 0).map(({ name }) => name);
    const columns = [...builders].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
    return {
      file,
      rows,
      columns: columns.map(([name, builder]) => builder.done(name)),
    };
  } catch (error) {
    throw new UserError(oneLine(`${file} cannot be read as Parquet: ${messageOf(error)}`));
  }
}

/** @throws UserError where Node has no Zstandard */
export function zstd(packed: Uint8Array): Uint8Array {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
  if (!zstdDecompressSync)
    throw new UserError(
      'it is compressed with Zstandard, which needs Node 22.15 or newer: save it uncompressed',
    );
  return zstdDecompressSync(packed);
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
