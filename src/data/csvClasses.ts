import { InvalidArgumentError, oneLine, UserError } from '../errors.ts';
import { type CsvFile, cellNumber, readCsvFile } from './csvFile.ts';
import { tableOf } from './csvTable.ts';
import { columnNamed, type Table } from './table.ts';

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
 * Reads a CSV file with a header in which the target column names classes, as text or numbers, and every other cell is a
 * number. Two classes become -1 and +1 in the order of the alphabet, or of the numbers.
 * @param positive the classes that count as +1, when there are more than two or it is to be the other way about
 * @throws UserError naming the file, and the row and column of what is not a number; when there is one class only, or more
 * than two and nothing said of which is +1; InvalidArgumentError for an unknown target or class
 */
export const readCsvClasses = (path: string, target: string, positive?: readonly string[]): ClassTable =>
  classTableOf(readCsvFile(path), target, positive);

/** Which classes are +1 and which are -1. */
export type ClassNames = Pick<ClassTable, 'positive' | 'negative'>;

/**
 * The cells of a file as a table whose target is +1 and -1, by classes known beforehand; it need not hold all of them.
 * @throws UserError naming the file, row and column of a cell that is none of them; InvalidArgumentError for an unknown target
 */
export function labelledTable(cells: CsvFile, target: string, { positive, negative }: ClassNames): Table {
  const { file, names, rows } = cells;
  const column = columnNamed(names, 'target', target);
  return tableOf(cells, (i, j) => {
    if (j !== column) return cellNumber(cells, i, j);
    const name = rows[i]![j]!;
    if (positive.includes(name)) return 1;
    if (negative.includes(name)) return -1;
    const where = `row ${i + 1}, column ${JSON.stringify(target)} of ${file}`;
    const known = [...positive, ...negative].slice(0, 12).join(', ');
    throw new UserError(oneLine(`${where} is ${JSON.stringify(name)}, none of the classes ${known}`));
  });
}

/** The cells of a file as {@link readCsvClasses} reads them. */
export function classTableOf(cells: CsvFile, target: string, positive?: readonly string[]): ClassTable {
  if (positive !== undefined && !Array.isArray(positive))
    throw new InvalidArgumentError('positive', positive, 'a list of classes');
  const { file, names, rows } = cells;
  const column = columnNamed(names, 'target', target);
  const labels = rows.map((row) => row[column]!);
  // A class without a name is a cell that is missing.
  const unnamed = labels.indexOf('');
  if (unnamed >= 0) cellNumber(cells, unnamed, column);
  const classes = [...new Set(labels)].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  if (classes.length === 1)
    throw new UserError(
      oneLine(
        `every target in ${file} is ${JSON.stringify(classes[0])}: one class only, nothing to tell apart`,
      ),
    );
  if (!positive && classes.length > 2)
    throw new UserError(
      oneLine(
        `${file} has ${classes.length} classes (${classes.slice(0, 12).join(', ')}): name those that count as +1 (positive)`,
      ),
    );
  const up = new Set(positive ?? classes.slice(1));
  for (const name of up)
    if (!classes.includes(name))
      throw new InvalidArgumentError('positive', name, `classes of the target: ${classes.join(', ')}`);
  if (up.size === classes.length)
    throw new InvalidArgumentError('positive', [...up], 'at least one class left for -1');

  return {
    table: tableOf(cells, (i, j) => (j === column ? (up.has(labels[i]!) ? 1 : -1) : cellNumber(cells, i, j))),
    positive: classes.filter((name) => up.has(name)),
    negative: classes.filter((name) => !up.has(name)),
  };
}
