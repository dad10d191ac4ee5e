import { InvalidArgumentError, oneLine, UserError } from '../errors.ts';
import { cellNumber, columnNamed, readCsvFile } from './csvFile.ts';
import type { Table } from './csvTable.ts';
import { decimal } from './decimal.ts';

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
export function readCsvClasses(path: string, target: string, positive?: readonly string[]): ClassTable {
  if (positive !== undefined && !Array.isArray(positive))
    throw new InvalidArgumentError('positive', positive, 'a list of classes');
  const cells = readCsvFile(path);
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
        `${file} has ${classes.length} classes (${classes.slice(0, 12).join(', ')}): name those that count as +1`,
      ),
    );
  const up = new Set(positive ?? classes.slice(1));
  for (const name of up)
    if (!classes.includes(name))
      throw new InvalidArgumentError('positive', name, `classes of the target: ${classes.join(', ')}`);
  if (up.size === classes.length)
    throw new InvalidArgumentError('positive', [...up], 'at least one class left for -1');

  const values = new Float64Array(rows.length * names.length);
  for (let at = 0; at < values.length; at++) {
    const [i, j] = [Math.floor(at / names.length), at % names.length];
    values[at] = j === column ? (up.has(labels[i]!) ? 1 : -1) : cellNumber(cells, i, j);
  }
  return {
    table: { names, rows: rows.length, values },
    positive: classes.filter((name) => up.has(name)),
    negative: classes.filter((name) => !up.has(name)),
  };
}

/** Whether a column of that name holds anything that is not a number. */
export function isTextColumn(path: string, name: string): boolean {
  const { names, rows } = readCsvFile(path);
  const column = names.indexOf(name);
  return column >= 0 && rows.some((row) => row[column] !== '' && !Number.isFinite(decimal(row[column]!)));
}
