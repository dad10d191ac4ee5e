import { dirname, extname } from 'node:path';
import { rawCsv } from '../data/csvTable.ts';
import { npyBytes } from '../data/formats/npy.ts';
import { cellText, isMissing, type RawColumn, type RawTable } from '../data/rawTable.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';
import { makeFolder, writeWholePieces } from '../wholeFile.ts';
import type { AppliedRows } from './applyModel.ts';

/** What predictions can be written as. */
export const SCORE_FORMATS = ['csv', 'json', 'npy'] as const;
/** One of {@link SCORE_FORMATS}. */
export type ScoreFormat = (typeof SCORE_FORMATS)[number];

/** The format that the end of a file's name asks for. @throws InvalidArgumentError naming the option for any other */
export function scoreFormat(option: string, path: string): ScoreFormat {
  const end = extname(path).slice(1).toLowerCase();
  const found = SCORE_FORMATS.find((format) => format === end);
  if (!found) throw new InvalidArgumentError(option, path, `a file that ends in ${SCORE_FORMATS.join(', ')}`);
  return found;
}

/**
 * Writes predictions, a row for each row of the file: as CSV, as JSON records, or as an array of NumPy, of numbers alone. The
 * folder is made if need be.
 * @param kept columns of the file that are copied
 * @throws UserError naming the file that cannot be written, and for a column of text in an array of numbers
 */
export function writeScores(
  path: string,
  format: ScoreFormat,
  applied: AppliedRows,
  kept: readonly RawColumn[] = [],
): void {
  const columns = [...kept, ...scoreColumns(applied)];
  const twice = kept.find(({ name }) => columns.filter((other) => other.name === name).length > 1);
  if (twice)
    throw new InvalidArgumentError('keep', twice.name, 'columns that are called otherwise than the scores');
  const table = { file: JSON.stringify(path), rows: applied.prediction.length, columns };
  const pieces = {
    csv: () => rawCsv(table),
    json: () => jsonRecords(table),
    npy: () => [npyBytes(numbersOf(table, applied), [table.rows, columns.length])],
  }[format]();
  makeFolder(dirname(path));
  writeWholePieces(path, pieces);
}

/** Prediction and interval; of classes the class, the score, its least and greatest value and whether attacks change it. */
function scoreColumns({ prediction, lower, upper, labels, robust, target }: AppliedRows): RawColumn[] {
  const numbers = (name: string, values: Float64Array): RawColumn => ({
    ...{ kind: 'number', name },
    values: values.map(shortest),
  });
  const range = [numbers('lower', lower), ...(upper ? [numbers('upper', upper)] : [])];
  if (!labels || !robust) return [numbers('prediction', prediction), ...range];
  const classes = [...new Set(labels)].filter((label) => label !== null).sort();
  const codes = Int32Array.from(labels, (label) => (label === null ? -1 : classes.indexOf(label)));
  return [
    { kind: 'text', name: 'prediction', levels: classes, codes },
    numbers(target.kind === 'several classes' ? 'lead' : 'score', prediction),
    ...range,
    {
      ...{ kind: 'text', name: 'robust', levels: ['no', 'yes'] },
      codes: Int32Array.from(robust, (one) => (one === null ? -1 : Number(one))),
    },
  ];
}

/** The decimal of fewest digits that names the same number in float32, in which models compute. */
function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** The cells row after row; classes as +1 and -1 or by their position, no and yes as 0 and 1. */
function numbersOf({ rows, columns }: RawTable, { target, robust }: AppliedRows): Float64Array {
  const classOf = (label: string): number =>
    target.kind === 'several classes'
      ? target.classes.indexOf(label)
      : target.kind === 'two classes' && label === target.positive.join(', ')
        ? 1
        : -1;
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, j) => {
    const isScore = robust !== null && (column.name === 'prediction' || column.name === 'robust');
    if (column.kind === 'text' && !isScore)
      throw new UserError(
        `column ${JSON.stringify(column.name)} holds text, which an array of numbers does not: write .csv or .json`,
      );
    const of = (i: number): number => {
      if (isMissing(column, i)) return Number.NaN;
      if (column.kind === 'number') return column.values[i]!;
      return column.name === 'robust' ? column.codes[i]! : classOf(cellText(column, i));
    };
    for (let i = 0; i < rows; i++) values[i * columns.length + j] = of(i);
  });
  return values;
}

/** Rows in a piece. */
const PIECE = 1000;

function* jsonRecords({ rows, columns }: RawTable): Generator<string> {
  for (let start = 0; start < rows; start += PIECE) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(rows, start + PIECE); i++)
      lines.push(
        JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, jsonCell(column, i)]))),
      );
    yield `${start === 0 ? '[\n' : ',\n'}${lines.join(',\n')}`;
  }
  yield '\n]\n';
}

function jsonCell(column: RawColumn, i: number): number | string | null {
  if (isMissing(column, i)) return null;
  return column.kind === 'number' ? column.values[i]! : cellText(column, i);
}
