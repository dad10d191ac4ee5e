import { oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { RawTable } from '../rawTable.ts';
import { lz4Frame } from './lz4.ts';
import { messageOf, zstd } from './parquet.ts';

/** Codecs of the bodies of record batches (Arrow's Message.fbs, CompressionType). */
const [LZ4_FRAME, ZSTD] = [0, 1] as const;

/**
 * Reads an Arrow IPC file, such as Feather, or stream, by the package @uwdata/flechette.
 * @param file as messages name it
 * @throws UserError naming the file where it cannot be read
 */
export async function arrowTable(bytes: Uint8Array, file: string): Promise<RawTable> {
  const { setCompressionCodec, tableFromIPC } = await import('@uwdata/flechette');
  setCompressionCodec(LZ4_FRAME, { encode: unneeded, decode: lz4Frame });
  setCompressionCodec(ZSTD, { encode: unneeded, decode: zstd });
  try {
    const table = tableFromIPC(bytes, { useDate: true, useDecimalInt: false });
    return {
      file,
      rows: table.numRows,
      columns: table.names.map((name, j) => {
        const builder = new ColumnBuilder();
        for (const cell of table.getChildAt(j)) builder.add(cell);
        return builder.done(String(name));
      }),
    };
  } catch (error) {
    throw new UserError(oneLine(`${file} cannot be read as Arrow: ${messageOf(error)}`));
  }
}

const unneeded = (): never => {
  throw new UserError('nothing is written in Arrow here');
};
