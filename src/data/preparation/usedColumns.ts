import { counted, oneLine, UserError } from '../../errors.ts';
import { decimal, separatesThousands } from '../decimal.ts';
import { decimalMark } from '../decimalMark.ts';
import { noNumber, refuseHuge } from '../numericTable.ts';
import {
  asText,
  cellError,
  cellText,
  isMissing,
  namesOf,
  type RawColumn,
  type RawTable,
  rawColumn,
  type TextColumn,
} from '../rawTable.ts';
import type { TableFaults } from '../tableFaults.ts';
import { holdsDates, holdsNumbersOfSeveralForms, isIndex, strayText, unitOfNumbers } from './columnKinds.ts';
import { optionHint } from './optionHint.ts';
import type { PreparationSettings } from './preparation.ts';

/** The columns of a table that become inputs, and what is predicted from them. */
export interface UsedColumns {
  readonly target: RawColumn;
  readonly inputs: readonly RawColumn[];
  readonly leftOut: readonly string[];
  /** Why columns are left out, and how decimals are read, a clause each. */
  readonly notes: readonly string[];
  /** What stands before decimals; undefined where there are none. */
  readonly mark: ',' | '.' | undefined;
}

/** Share of the rows from which on that many different texts say nothing but which row it is. */
const NEARLY_ALL = 0.5;

/**
 * Which columns of a table become inputs.
 * @param faults where a column is kept that holds dates or numbers in several forms or with units, a cell that is no number in a column of
 * numbers, that there are no inputs, and what `decimalMark` refuses
 * @throws InvalidArgumentError for unknown names
 */
export function usedColumns(
  table: RawTable,
  settings: PreparationSettings,
  faults: TableFaults,
): UsedColumns {
  const { ignore, text, keepIndex, levels } = settings;
  for (const name of ignore) rawColumn(table, 'ignore', name);
  for (const name of text) rawColumn(table, 'text', name);
  const asTold = (column: RawColumn): RawColumn => (text.includes(column.name) ? asText(column) : column);
  const target = asTold(rawColumn(table, 'target', settings.target));
  const ofClasses = settings.classes || settings.positive !== undefined || text.includes(target.name);
  faults.of(() => {
    if (!text.includes(target.name)) refuseForms(table, target);
    if (!ofClasses) {
      refuseUnits(table, target);
      refuseStray(table, target, 'target');
    }
  });
  const inputs: RawColumn[] = [];
  const leftOut: string[] = [];
  const notes: string[] = [];
  let unread = 0;
  const leave = (name: string, why: string): void => {
    leftOut.push(name);
    notes.push(`column ${JSON.stringify(name)} ${why}`);
  };
  for (const read of table.columns) {
    const { name } = read;
    if (name === target.name) continue;
    const told = text.includes(name);
    const column = asTold(read);
    if (ignore.includes(name)) leftOut.push(name);
    else if (!keepIndex && !told && isIndex(column))
      leave(name, `only numbers the rows and is left out (${optionHint('keepIndex')} keeps it)`);
    else if (isEmpty(column, table.rows)) leave(name, 'is empty and left out');
    else if (column.kind === 'text' && !told && holdsNames(column, levels))
      leave(
        name,
        `holds another text in nearly every row and is left out (${optionHint('text', name)} takes it)`,
      );
    else {
      const isRead = told || faults.of(() => refuseUnits(table, refuseForms(table, column))) === column;
      if (isRead && !told) faults.of(() => refuseStray(table, column));
      // Of what is not read, nothing else is to be said.
      if (isRead) inputs.push(column);
      else unread++;
    }
  }
  const mark = faults.of(() => {
    if (inputs.length + unread === 0)
      throw new UserError(
        oneLine(`there are no inputs beside the target ${JSON.stringify(target.name)}${listed(notes)}`),
      );
    return decimalMark(table, [...inputs, target], settings.decimal);
  });
  if (mark === ',') notes.push('decimals are read with commas');
  return { target, inputs, leftOut, notes, mark };
}

const listed = (notes: readonly string[]): string => (notes.length > 0 ? ` (${notes.join('; ')})` : '');

function isEmpty(column: RawColumn, rows: number): boolean {
  for (let i = 0; i < rows; i++) if (!isMissing(column, i)) return false;
  return true;
}

/** Whether a column of text is one of names, remarks and the like. Dates are another matter. */
function holdsNames(column: TextColumn, most: number): boolean {
  if (column.levels.length <= most || strayText(column) >= 0) return false;
  if (holdsDates(column) || holdsNumbersOfSeveralForms(column) || unitOfNumbers(column)) return false;
  const written = column.codes.reduce((count, code) => count + (code < 0 ? 0 : 1), 0);
  return column.levels.length > NEARLY_ALL * written;
}

/** The column itself. @throws UserError for dates, and for numbers in several forms */
function refuseForms(table: RawTable, column: RawColumn): RawColumn {
  if (column.kind === 'number') return column;
  const first = column.codes.findIndex((code) => code >= 0);
  if (first < 0) return column;
  const refuse = (what: string, row = first): never => {
    const shown = JSON.stringify(cellText(column, row).slice(0, 40));
    throw cellError(table, row, column.name, `is ${shown}: ${what}`);
  };
  if (holdsDates(column))
    refuse(
      `the column holds dates. Leave it out (${optionHint('ignore', column.name)}), or write numbers for them, such as days since the first`,
    );
  if (holdsNumbersOfSeveralForms(column)) {
    const thousands = column.levels.findIndex(
      (level) => separatesThousands(level) && Number.isNaN(decimal(level)),
    );
    const [comma, point] = [',', '.'].map((mark) => column.levels.find((level) => level.includes(mark)));
    const orText = `, or take the column for text (${optionHint('text', column.name)})`;
    if (thousands >= 0)
      refuse(
        `a number with separators of thousands. Write numbers without${orText}`,
        column.codes.indexOf(thousands),
      );
    refuse(
      `the column holds decimals with commas and with points (${comma}, ${point}). Write all of them alike${orText}`,
    );
  }
  return column;
}

/** The column itself. @throws UserError for numbers with a unit: as text they would lose their order */
function refuseUnits(table: RawTable, column: RawColumn): RawColumn {
  const found = column.kind === 'text' ? unitOfNumbers(column) : undefined;
  if (found === undefined) return column;
  const { row, unit } = found;
  throw cellError(
    table,
    row,
    column.name,
    `is ${JSON.stringify(cellText(column, row))}: a number with a unit. Write numbers without ${JSON.stringify(unit)}, or take the column for text (${optionHint('text', column.name)})`,
  );
}

/** Most cells are numbers, and one is not, or is one that no model can read. */
function refuseStray(table: RawTable, column: RawColumn, as: 'input' | 'target' = 'input'): void {
  refuseHuge(table, column);
  const row = column.kind === 'text' ? strayText(column) : -1;
  if (row < 0) return;
  const help =
    as === 'target'
      ? `correct it, leave the row out (empty the cell, and ${optionHint('missing', 'drop')}), or take the column for classes (${optionHint('text', column.name)})`
      : `correct it, empty it, leave the column out (${optionHint('ignore', column.name)}), or take all of it for text (${optionHint('text', column.name)})`;
  throw noNumber(table, row, column as TextColumn, `, as most cells of that column are: ${help}`);
}

/**
 * The rows that can be trained on: with a target, and with all inputs unless missing ones are filled in.
 * @param faults where the first missing cell is kept, where none are to be, and that no row is left
 */
export function usableRows(
  table: RawTable,
  { target, inputs }: UsedColumns,
  { missing }: PreparationSettings,
  faults: TableFaults,
): { rows: Uint32Array; notes: string[] } {
  const needed = missing === 'impute' ? [target] : [...inputs, target];
  const rows: number[] = [];
  for (let i = 0; i < table.rows; i++) if (!needed.some((column) => isMissing(column, i))) rows.push(i);
  faults.of(() => {
    if (isEmpty(target, table.rows))
      throw new UserError(oneLine(`the target ${JSON.stringify(target.name)} of ${table.file} is empty`));
    if (missing === 'refuse') {
      const counts = needed.map((column) => countMissing(column, table.rows));
      const first = counts.findIndex((count) => count > 0);
      if (first >= 0) throw missingError(table, needed[first]!, counts, needed[first] === target);
    }
    if (rows.length === 0)
      throw new UserError(
        `no row of ${table.file} is whole${missing === 'impute' ? '' : `: ${optionHint('missing', 'impute')} fills in what is missing, but for targets`}`,
      );
  });
  const dropped = table.rows - rows.length;
  const what = missing === 'impute' ? 'without a target' : 'with missing cells';
  return {
    rows: Uint32Array.from(rows),
    notes:
      dropped > 0
        ? [`${dropped} of ${counted(table.rows, 'row')} ${what} ${dropped === 1 ? 'is' : 'are'} left out`]
        : [],
  };
}

function countMissing(column: RawColumn, rows: number): number {
  let count = 0;
  for (let i = 0; i < rows; i++) if (isMissing(column, i)) count++;
  return count;
}

function missingError(
  table: RawTable,
  column: RawColumn,
  counts: readonly number[],
  isTarget: boolean,
): UserError {
  let row = 0;
  while (!isMissing(column, row)) row++;
  const columns = counts.filter((count) => count > 0).length;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const others =
    all > 1 ? ` (so are ${all} cells in ${columns === 1 ? 'that column' : `${columns} columns`})` : '';
  return cellError(
    table,
    row,
    column.name,
    `is missing${others}: ${optionHint('missing', 'drop')} leaves such rows out${isTarget ? '' : `, ${optionHint('missing', 'impute')} takes the median and marks it`}`,
  );
}

/** The columns of a file that a preparation asks for and that are not there. */
export const absentColumns = (table: RawTable, names: readonly string[]): string[] => {
  const there = new Set(namesOf(table));
  return names.filter((name) => !there.has(name));
};
