import { readFileSync } from 'node:fs';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import { csvRows, type Table } from './csvTable.ts';

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
  const file = JSON.stringify(path);
  const { names, rows } = readCells(path);
  const column = names.indexOf(target);
  if (column < 0) throw new InvalidArgumentError('target', target, `a column: ${names.join(', ')}`);
  const labels = rows.map((cells) => cells[column]!);
  const classes = [...new Set(labels)].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  if (classes.length === 1)
    throw new UserError(
      `every target in ${file} is ${JSON.stringify(classes[0])}: one class only, nothing to tell apart`,
    );
  if (!positive && classes.length > 2)
    throw new UserError(
      `${file} has ${classes.length} classes (${classes.slice(0, 12).join(', ')}): name those that count as +1`,
    );
  const up = new Set(positive ?? classes.slice(1));
  for (const name of up)
    if (!classes.includes(name))
      throw new InvalidArgumentError('positive', name, `classes of the target: ${classes.join(', ')}`);
  if (up.size === classes.length)
    throw new InvalidArgumentError('positive', [...up], 'at least one class left for -1');

  const values = new Float64Array(rows.length * names.length);
  rows.forEach((cells, i) => {
    cells.forEach((cell, j) => {
      const value = j === column ? (up.has(cell) ? 1 : -1) : Number(cell);
      if (!Number.isFinite(value) || cell === '')
        throw new UserError(
          `row ${i + 1}, column ${JSON.stringify(names[j])} of ${file} is ${JSON.stringify(cell)}, not a finite number`,
        );
      values[i * names.length + j] = value;
    });
  });
  return {
    table: { names, rows: rows.length, values },
    positive: classes.filter((name) => up.has(name)),
    negative: classes.filter((name) => !up.has(name)),
  };
}

/** Whether a column of that name holds anything that is not a number. */
export function isTextColumn(path: string, name: string): boolean {
  const { names, rows } = readCells(path);
  const column = names.indexOf(name);
  return column >= 0 && rows.some((cells) => cells[column] !== '' && !Number.isFinite(Number(cells[column])));
}

function readCells(path: string): { names: string[]; rows: string[][] } {
  const file = JSON.stringify(path);
  const cells = csvRows(naming('read', path, () => readFileSync(path, 'utf8')));
  const [names, ...rows] = cells.map((row) => row.map((cell) => cell.trim()));
  if (!names || rows.length === 0) throw new UserError(`${file} has no rows below its header`);
  rows.forEach((row, i) => {
    if (row.length !== names.length)
      throw new UserError(`row ${i + 1} of ${file} has ${row.length} cells instead of ${names.length}`);
  });
  return { names, rows };
}
