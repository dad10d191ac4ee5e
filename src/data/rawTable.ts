import { InvalidArgumentError, oneLine, UserError } from '../errors.ts';
import { columnNamed } from './table.ts';

/** A column of numbers. */
export interface NumberColumn {
  /** Says that the cells are numbers. */
  readonly kind: 'number';
  /** From the header. */
  readonly name: string;
  /** One a row; NaN where the cell is missing. */
  readonly values: Float64Array;
  /** How its decimals are written; absent where there are only whole numbers, and where no cell was text. */
  readonly decimals?: WrittenDecimals;
}

/** How the decimals of a column are written. */
export interface WrittenDecimals {
  /** What stands before the decimals. */
  readonly mark: ',' | '.';
  /** Whether the comma may as well separate thousands in every cell that has one. */
  readonly open: boolean;
  /** The first such cell. */
  readonly cell: {
    /** Position of the row. */
    readonly row: number;
    /** As it is written. */
    readonly text: string;
  };
}

/** A column of which some cell is no number. */
export interface TextColumn {
  /** Says that the cells are text. */
  readonly kind: 'text';
  /** From the header. */
  readonly name: string;
  /** The different texts, in the order of their first rows. */
  readonly levels: readonly string[];
  /** Which of the levels is in each row; -1 where the cell is missing. */
  readonly codes: Int32Array;
}

/** A column of a file. */
export type RawColumn = NumberColumn | TextColumn;

/** A table as a file holds it: named columns of numbers and of text, some cells missing. */
export interface RawTable {
  /** As messages name it, in quotes. */
  readonly file: string;
  /** Rows below the header. */
  readonly rows: number;
  /** Each of another name. */
  readonly columns: readonly RawColumn[];
}

/** The table itself. @throws InvalidArgumentError for anything else */
export function checkRawTable(table: RawTable): RawTable {
  if (!Array.isArray(table?.columns) || !Number.isSafeInteger(table.rows))
    throw new InvalidArgumentError('table', table, 'a table as readTable reads it');
  return table;
}

/** The names of the columns, in order. */
export const namesOf = ({ columns }: RawTable): string[] => columns.map(({ name }) => name);

/** The column of a name. @throws InvalidArgumentError naming `argument` when there is none */
export function rawColumn(table: RawTable, argument: string, name: string): RawColumn {
  return table.columns[columnNamed(namesOf(table), argument, name)]!;
}

/** Whether a cell is missing. */
export const isMissing = (column: RawColumn, row: number): boolean =>
  column.kind === 'number' ? Number.isNaN(column.values[row]) : column.codes[row]! < 0;

/** A cell as text; '' where it is missing. */
export function cellText(column: RawColumn, row: number): string {
  if (isMissing(column, row)) return '';
  return column.kind === 'number' ? String(column.values[row]) : column.levels[column.codes[row]!]!;
}

/** The same column as text. */
export function asText(column: RawColumn): TextColumn {
  if (column.kind === 'text') return column;
  const known = new Map<number, number>();
  const codes = Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    if (!known.has(value)) known.set(value, known.size);
    return known.get(value)!;
  });
  return { kind: 'text', name: column.name, levels: [...known.keys()].map(String), codes };
}

/** Some rows of a table, in the given order. */
export function rawRows({ file, columns }: RawTable, rows: ArrayLike<number>): RawTable {
  const at = Uint32Array.from(rows);
  const picked = columns.map((column): RawColumn => {
    if (column.kind === 'number') {
      const values = new Float64Array(at.length);
      at.forEach((row, i) => {
        values[i] = column.values[row]!;
      });
      return { ...column, values };
    }
    const codes = new Int32Array(at.length);
    at.forEach((row, i) => {
      codes[i] = column.codes[row]!;
    });
    return { ...column, codes };
  });
  return { file, rows: at.length, columns: picked };
}

/** An error about a cell: the row (the first below the header is 1), the column, the file, and what is the matter. */
export const cellError = ({ file }: RawTable, row: number, name: string, what: string): UserError =>
  new UserError(oneLine(`row ${row + 1}, column ${JSON.stringify(name)} of ${file} ${what}`));
