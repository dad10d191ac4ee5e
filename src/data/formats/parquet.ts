import * as zlib from 'node:zlib';
import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawTable } from '../rawTable.ts';

/**
 * Reads a Parquet file, column by column, by the package hyparquet.
 * @param file as messages name it
 * @throws UserError naming the file where it cannot be read
 */
export async function parquetTable(bytes: Uint8Array, file: string): Promise<RawTable> {
  const { parquetMetadata, parquetRead } = await import('hyparquet');
  const content = new Uint8Array(bytes).buffer;
  try {
    const metadata = parquetMetadata(content);
    const builders = new Map<string, ColumnBuilder>();
    await parquetRead({
      file: content,
      metadata,
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
    const names = metadata.schema.filter((_, k) => k > 0).map(({ name }) => name);
    const columns = [...builders].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
    return {
      file,
      rows: Number(metadata.num_rows),
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
