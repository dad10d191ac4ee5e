import { InvalidArgumentError, oneLine, UserError } from '../errors.ts';
import { decimal } from './decimal.ts';
import { numericTable, withoutRowCount } from './numericTable.ts';
import { optionHint } from './preparation/optionHint.ts';
import { asText, cellError, cellText, type RawTable, rawColumn } from './rawTable.ts';
import { readTableSync } from './readTable.ts';
import type { Table } from './table.ts';

/** A table whose target column holds +1 and -1, and the classes behind them. */
export interface ClassTable {
  /** The cells, the target column as +1 and -1. */
  readonly table: Table;
  /** Classes that became +1. */
  readonly positive: readonly string[];
  /** Classes that became -1. */
  readonly negative: readonly string[];
}

/**
 * Reads a CSV file, or one of the other formats that {@link readTable} reads without a package, in which the target column names
 * classes, as text or numbers, and every other cell is a number. Two classes become -1 and +1 in the order of the alphabet, or of the numbers.
 * @param positive the classes that count as +1, when there are more than two or it is to be the other way about
 * @throws UserError naming the file, and the row and column of what is not a number; when there is one class only, or more
 * than two and nothing said of which is +1; InvalidArgumentError for an unknown target or class
 */
export const readCsvClasses = (path: string, target: string, positive?: readonly string[]): ClassTable =>
  classTableOf(withoutRowCount(readTableSync(path)), target, positive);

/** Which classes are +1 and which are -1. */
export type ClassNames = Pick<ClassTable, 'positive' | 'negative'>;

/**
 * Labels +1 and -1 of the cells of a column, by classes known beforehand; it need not hold all of them.
 * @throws UserError naming the file, row and column of a cell that is none of them, or missing
 */
export function labelsOf(table: RawTable, target: string, { positive, negative }: ClassNames): Float64Array {
  const known = [...positive, ...negative];
  const codes = codesOf(table, target, known);
  return Float64Array.from(codes, (code) => (code < positive.length ? 1 : -1));
}

/**
 * Which of the classes each cell of a column names.
 * @throws UserError naming the file, row and column of a cell that names none of them, or is missing
 */
export function codesOf(table: RawTable, target: string, classes: readonly string[]): Int32Array {
  const column = rawColumn(table, 'target', target);
  const { levels, codes } = asText(column);
  const of = levels.map((level) => classes.indexOf(level));
  return codes.map((code, i) => {
    if (code < 0) throw cellError(table, i, target, 'is missing');
    if (of[code]! >= 0) return of[code]!;
    const known = classes.slice(0, 12).join(', ');
    throw cellError(
      table,
      i,
      target,
      `is ${JSON.stringify(cellText(column, i))}, none of the classes ${known}`,
    );
  });
}

/** The same table, the target column as labels +1 and -1 and all others as numbers. */
export function labelledTable(table: RawTable, target: string, classes: ClassNames): Table {
  const values = labelsOf(table, target, classes);
  const columns = table.columns.map((column) =>
    column.name === target ? ({ kind: 'number', name: target, values } as const) : column,
  );
  return numericTable({ ...table, columns });
}

/** The cells of a file as {@link readCsvClasses} reads them. */
export function classTableOf(table: RawTable, target: string, positive?: readonly string[]): ClassTable {
  const names = classNames(table, target, positive);
  return { table: labelledTable(table, target, names), ...names };
}

/** The different texts of a column in the order of the alphabet, or of the numbers. @throws UserError for a missing cell */
export function classesOf(table: RawTable, target: string): string[] {
  const { levels, codes } = asText(rawColumn(table, 'target', target));
  const missing = codes.indexOf(-1);
  // A class without a name is a cell that is missing.
  if (missing >= 0) throw cellError(table, missing, target, 'is missing');
  const there = new Set(codes);
  const classes = levels.filter((_, code) => there.has(code));
  const areNumbers = classes.every((name) => !Number.isNaN(decimal(name)));
  return classes.sort((a, b) => (areNumbers && Number(a) - Number(b)) || (a < b ? -1 : 1));
}

/**
 * Which classes of a column are +1 and which are -1.
 * @param positive those that are +1; default the second of two
 * @throws UserError when there is one class only, or more than two and nothing said of which is +1; InvalidArgumentError for an
 * unknown target or class
 */
export function classNames(table: RawTable, target: string, positive?: readonly string[]): ClassNames {
  if (positive !== undefined && !Array.isArray(positive))
    throw new InvalidArgumentError('positive', positive, 'a list of classes');
  const { file } = table;
  const classes = classesOf(table, target);
  if (classes.length === 1)
    throw new UserError(
      oneLine(
        `every target in ${file} is ${JSON.stringify(classes[0])}: one class only, nothing to tell apart`,
      ),
    );
  if (!positive && classes.length > 2)
    throw new UserError(
      oneLine(
        `${file} has ${classes.length} classes (${classes.slice(0, 12).join(', ')}): name those that count as +1 (${optionHint('positive')})`,
      ),
    );
  const up = new Set(positive?.map(asWritten) ?? classes.slice(1));
  for (const name of up)
    if (!classes.includes(name))
      throw new InvalidArgumentError('positive', name, `classes of the target: ${classes.join(', ')}`);
  if (up.size === classes.length)
    throw new InvalidArgumentError('positive', [...up], 'at least one class left for -1');
  return {
    positive: classes.filter((name) => up.has(name)),
    negative: classes.filter((name) => !up.has(name)),
  };
}

/** A number as the cells of a column of numbers are written: 1.0 is 1. */
const asWritten = (name: string): string => {
  const value = decimal(name);
  return Number.isNaN(value) ? name : String(value);
};
