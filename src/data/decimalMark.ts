import type { UserError } from '../errors.ts';
import { cellError, type RawColumn, type RawTable } from './rawTable.ts';

/**
 * What stands before the decimals of columns that are to be used together.
 * @param told what it is, where that has been said; a file can leave it open
 * @returns undefined where no column has decimals
 * @throws UserError naming the cell of a column that is written otherwise than it was told or than another is, and of commas that
 * may as well separate thousands
 */
export function decimalMark(
  table: RawTable,
  columns: readonly RawColumn[],
  told: ',' | '.' | undefined,
): ',' | '.' | undefined {
  const written = columns.flatMap((column) =>
    column.kind === 'number' && column.decimals ? [{ name: column.name, ...column.decimals }] : [],
  );
  const refuse = ({ name, cell }: (typeof written)[0], why: string): UserError =>
    cellError(table, cell.row, name, `is ${JSON.stringify(cell.text)}: ${why}`);
  const [commas, points] = [',', '.'].map((mark) => written.filter((column) => column.mark === mark)) as [
    typeof written,
    typeof written,
  ];
  const evident = commas.find(({ open }) => !open);
  if (told === '.' && commas[0])
    throw refuse(
      commas[0],
      'a comma, and decimals are said to have points. Write numbers without separators',
    );
  if (told === ',' && points[0])
    throw refuse(
      points[0],
      'a point, and decimals are said to have commas. Write numbers without separators',
    );
  if (evident && points[0])
    throw refuse(
      evident,
      `a comma, and column ${JSON.stringify(points[0].name)} has points (${points[0].cell.text}). Write the decimals of all columns alike, without separators of thousands`,
    );
  if (commas[0] && !evident && told === undefined)
    throw refuse(
      commas[0],
      points[0]
        ? `a comma, and column ${JSON.stringify(points[0].name)} has points (${points[0].cell.text}). Write numbers without separators of thousands`
        : `${commas[0].cell.text.replace(',', '.')} or ${commas[0].cell.text.replace(',', '')}? \`decimal ,\` takes the comma for a decimal mark; separators of thousands are to be left out`,
    );
  return written[0]?.mark;
}
