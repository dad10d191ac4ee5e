import { setImmediate } from 'node:timers/promises';
import { messageOf, oneLine, UserError } from '../../errors.ts';
import { ColumnBuilder } from '../columnBuilder.ts';
import type { ReadProgress } from '../filePieces.ts';
import type { FileRanges } from '../fileRanges.ts';
import type { RawTable } from '../rawTable.ts';
import { arrowMessages, RECORDS, rowsOf, SCHEMA } from './arrowMessages.ts';
import { arrowPieces } from './arrowPieces.ts';
import { lz4Frame } from './lz4.ts';
import { zstd } from './parquet.ts';

/** Codecs of the bodies of record batches (Arrow's Message.fbs, CompressionType). */
const [LZ4_FRAME, ZSTD] = [0, 1] as const;

/**
 * Reads an Arrow IPC file, such as Feather, or stream, by the package @uwdata/flechette: one batch of records after the other,
 * and of large ones a column at a time.
 * @param file as messages name it
 * @throws UserError naming the file where it cannot be read
 */
export async function arrowTable(
  content: FileRanges,
  file: string,
  onProgress: ReadProgress,
): Promise<RawTable> {
  const { setCompressionCodec, tableFromIPC } = await import('@uwdata/flechette');
  setCompressionCodec(LZ4_FRAME, { encode: unneeded, decode: lz4Frame });
  setCompressionCodec(ZSTD, { encode: unneeded, decode: zstd });
  try {
    const messages = arrowMessages(content);
    const schema = messages.find(({ kind }) => kind === SCHEMA);
    if (!schema) throw new UserError('it has no schema');
    const { fields } = tableFromIPC([schema.head]).schema;
    const rows = messages.reduce((sum, one) => sum + (one.kind === RECORDS ? rowsOf(one) : 0), 0);
    const builders = fields.map(() => new ColumnBuilder(rows));
    for (const { stream, column, end } of arrowPieces(content, messages, schema, fields)) {
      const piece = tableFromIPC([...stream], { useDate: true, useDecimalInt: false });
      for (let k = 0; k < piece.numCols; k++)
        for (const cell of piece.getChildAt(k)) builders[column + k]!.add(cell);
      onProgress(end, content.byteLength);
      // Progress is drawn, and signals arrive, between two pieces.
      await setImmediate();
    }
    return { file, rows, columns: fields.map(({ name }, j) => builders[j]!.done(String(name))) };
  } catch (error) {
    throw new UserError(oneLine(`${file} cannot be read as Arrow: ${messageOf(error)}`));
  }
}

const unneeded = (): never => {
  throw new UserError('nothing is written in Arrow here');
};
