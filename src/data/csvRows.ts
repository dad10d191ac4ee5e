import { oneLine, UserError } from '../errors.ts';

/** The cells of CSV text; blank lines are skipped. Quoted cells may hold commas, line ends and doubled quotes. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // One cell, quoted or plain, and what ends it.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n][^,\r\n]*|))(,|\r?\n|\r|$)/y;
  cells.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  while (cells.lastIndex < text.length) {
    const at = cells.lastIndex;
    const match = cells.exec(text);
    if (!match)
      throw new UserError(
        oneLine(`a quote is never closed, or followed by text: ${text.slice(at, at + 40)}`),
      );
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',' && cells.lastIndex < text.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0]!.trim() !== '') rows.push(row);
    row = [];
  }
  return rows;
}
