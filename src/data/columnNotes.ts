import { createHash } from 'node:crypto';
import type { Table } from './table.ts';

/** Times the median of a column's sizes from which on a value is taken for a mistake in the file. */
const FAR = 1e6;

/** The value of largest size in a column, where it is more than FAR medians and hardly another is; undefined otherwise. */
function strayValue(column: Float64Array): number | undefined {
  const sizes = column
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort();
  const median = sizes[sizes.length >> 1] ?? 0;
  const far = sizes.filter((size) => size > FAR * median).length;
  if (far === 0 || far > Math.max(1, column.length / 100)) return undefined;
  return column.find((value) => Math.abs(value) === sizes.at(-1));
}

/**
 * What a reader should know of the columns of a table whose last column is the target: which inputs are constant or equal,
 * and which values may be mistakes. A clause each.
 */
export function columnNotes({ names, rows, values }: Table): string[] {
  const columns = names.length;
  const name = (j: number): string => JSON.stringify(names[j]);
  const first = new Map<string, number>();
  const notes: string[] = [];
  for (let j = 0; j < columns; j++) {
    const column = new Float64Array(rows);
    // -0 is 0.
    for (let i = 0, at = j; i < rows; i++, at += columns) column[i] = values[at]! + 0;
    const isInput = j < columns - 1;
    if (isInput && column.every((value) => value === column[0])) {
      notes.push(`column ${name(j)} is constant and ignored`);
      continue;
    }
    const stray = strayValue(column);
    if (stray !== undefined)
      notes.push(`column ${name(j)} holds ${stray}, a million times what is usual there: is it right?`);
    if (!isInput) continue;
    const key = createHash('sha256').update(new Uint8Array(column.buffer)).digest('base64');
    const other = first.get(key);
    if (other === undefined) first.set(key, j);
    else notes.push(`columns ${name(other)} and ${name(j)} are equal`);
  }
  return notes;
}
