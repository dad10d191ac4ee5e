import * as zlib from 'node:zlib';
import { messageOf, oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { ReadProgress } from '../filePieces.ts';
import type { FileRanges } from '../fileRanges.ts';
import type { RawTable } from '../rawTable.ts';

/**
 * Reads a Parquet file by the package hyparquet, one row group after the other and of each a column at a time.
 * @param file as messages name it
 * @throws UserError naming the file where it cannot be read
 */
export async function parquetTable(
  content: FileRanges,
  file: string,
  onProgress: ReadProgress,
): Promise<RawTable> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet');
  try {
    const metadata = await parquetMetadataAsync(content);
    const rows = Number(metadata.num_rows);
    const columns = parquetSchema(metadata).children.map(({ element: { name } }) => ({
      name,
      builder: new ColumnBuilder(rows),
    }));
    let done = 0;
    for (const group of metadata.row_groups) {
      for (const { name, builder } of columns)
        await parquetRead({
          file: content,
          // Plans are made of all row groups that there are.
          metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
          columns: [name],
          compressors: {
            GZIP: (packed) => zlib.gunzipSync(packed),
            BROTLI: (packed) => zlib.brotliDecompressSync(packed),
            ZSTD: zstd,
          },
          // Chunks come in the order of their rows.
          onChunk({ columnData }) {
            for (const cell of columnData as Iterable<unknown>) builder.add(cell);
          },
        });
      done += Number(group.num_rows);
      onProgress(Math.round((done / rows) * content.byteLength), content.byteLength);
    }
    return { file, rows, columns: columns.map(({ name, builder }) => builder.done(name)) };
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
