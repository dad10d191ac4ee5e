import { readFileSync } from 'node:fs';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import type { Dataset } from './dataset.ts';

export interface CsvOptions {
  /** The column that holds the targets, by name. Default the last one. */
  readonly target?: string;
  /** Every input is divided by this. Default 1. */
  readonly scale?: number;
}

/**
 * A table of numbers as a regression problem: one row a line, comma-separated, a header optional. All columns but the
 * target's are inputs, in their order.
 * @throws UserError naming the file, and the line of what is not a number; InvalidArgumentError for an unknown target
 */
export function readCsv(path: string, { target, scale = 1 }: CsvOptions = {}): Dataset {
  const text = naming('read', path, () => readFileSync(path, 'utf8'));
  const lines = text
    .split(/\r?\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [{ cells: line.split(','), number: i + 1 }]));
  const isNumber = (cell: string): boolean => cell.trim() !== '' && !Number.isNaN(Number(cell));
  const header =
    lines[0]?.cells.every(isNumber) === false ? lines.shift()!.cells.map((name) => name.trim()) : null;
  const width = header?.length ?? lines[0]?.cells.length ?? 0;
  if (lines.length === 0 || width < 2)
    throw new UserError(`${JSON.stringify(path)} holds no rows of at least one input and a target`);
  const column = target === undefined ? width - 1 : (header?.indexOf(target) ?? -1);
  if (column < 0)
    throw new InvalidArgumentError(
      'target',
      target,
      header ? `a column: ${header.join(', ')}` : 'nothing, without a header',
    );

  const n = lines.length;
  const d = width - 1;
  const data = { n, d, x: new Float32Array(n * d), y: new Float32Array(n) };
  lines.forEach(({ cells, number }, i) => {
    const wrong = cells.find((cell) => !isNumber(cell));
    if (wrong !== undefined || cells.length !== width)
      throw new UserError(
        `line ${number} of ${JSON.stringify(path)} ${
          wrong === undefined
            ? `has ${cells.length} columns instead of ${width}`
            : `holds ${JSON.stringify(wrong)}, not a number`
        }`,
      );
    const values = cells.map(Number);
    data.y[i] = values.splice(column, 1)[0]!;
    data.x.set(
      values.map((value) => value / scale),
      i * d,
    );
  });
  return data;
}
