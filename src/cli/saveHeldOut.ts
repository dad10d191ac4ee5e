import { join } from 'node:path';
import { rawCsv } from '../data/csvTable.ts';
import { type RawTable, rawColumn, rawRows } from '../data/rawTable.ts';
import { writeWholePieces } from '../wholeFile.ts';

/**
 * Writes rows that no training saw beside a saved model, as they stand in the file: held-out.csv.
 * @param columns the inputs and the target
 * @param rows positions in the file
 */
export function saveHeldOut(
  folder: string,
  file: RawTable,
  columns: readonly string[],
  rows: ArrayLike<number>,
): void {
  const chosen = columns.map((name) => rawColumn(file, 'column', name));
  writeWholePieces(join(folder, 'held-out.csv'), rawCsv(rawRows({ ...file, columns: chosen }, rows)));
}
