import type { ClassNames } from '../data/csvClasses.ts';
import { planPreparation } from '../data/preparation/learnPreparation.ts';
import {
  PREPARATION_OPTIONS,
  type Preparation,
  type PreparationOptions,
  type PreparedTarget,
} from '../data/preparation/preparation.ts';
import { preparedTable } from '../data/preparation/preparedTable.ts';
import type { RawTable } from '../data/rawTable.ts';
import { rowsOfTable, type Table, targetLast } from '../data/table.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { InvalidArgumentError, UserError } from '../errors.ts';

/** Rows that are to be split into parts, of a file or of a table of numbers. */
export interface TrainingRows {
  /** How many can be used. */
  readonly count: number;
  /** What the target holds. */
  readonly target: PreparedTarget;
  /** What a reader should know, a clause each. */
  readonly notes: readonly string[];
  /**
   * The parts as tables of numbers, the target last, by a preparation that is learnt from one of them.
   * @param parts rows, counted among those that can be used
   * @param training the part to learn from
   */
  readonly split: (parts: readonly Uint32Array[], training: Uint32Array) => PreparedParts;
}

/** Parts of the rows of a table as numbers. */
export interface PreparedParts {
  /** As many as there were parts. */
  readonly tables: readonly Table[];
  /** Of each part, the positions of its rows in the file. */
  readonly positions: readonly (readonly number[])[];
  /** How the file became numbers; null of a table that was numbers. */
  readonly preparation: Preparation | null;
}

/** Whether it is a table as a file holds it, and no table of numbers yet. */
export const isRawTable = (table: Table | RawTable): table is RawTable =>
  typeof table === 'object' && table !== null && 'columns' in table;

type PreparationOptionsAmong = Omit<PreparationOptions, 'classes'> & { readonly classes?: unknown };

/** The options of a preparation among others, but for whether numbers are classes. */
export const preparationOptionsIn = (options: PreparationOptionsAmong): PreparationOptions =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => name !== 'classes' && Object.hasOwn(PREPARATION_OPTIONS, name),
    ),
  ) as unknown as PreparationOptions;

/**
 * The rows of a file, whose columns are still to become numbers.
 * @throws as `planPreparation` does; UserError for a target that is constant
 */
export function rowsOfFile(table: RawTable, options: PreparationOptions): TrainingRows {
  const { rows, target, notes, learn } = planPreparation(table, options);
  refuseConstant(table, target, rows);
  return {
    ...{ count: rows.length, target, notes },
    split(parts, training) {
      const positions = parts.map((part) => Array.from(part, (row) => rows[row]!));
      const preparation = learn(Array.from(training, (row) => rows[row]!));
      const tables = positions.map((part) => preparedTable(table, preparation, part).table);
      return { tables, positions, preparation };
    },
  };
}

function refuseConstant(table: RawTable, target: PreparedTarget, rows: Uint32Array): void {
  const column = table.columns.find(({ name }) => name === target.name)!;
  if (target.kind !== 'number' || column.kind !== 'number') return;
  const first = column.values[rows[0]!]!;
  // That one row is too few is another matter.
  if (rows.length > 1 && rows.every((row) => column.values[row] === first))
    throw new UserError(
      `the target ${JSON.stringify(target.name)} is constant (${first}): there is nothing to predict`,
    );
}

/**
 * The rows of a table of numbers.
 * @param classes what +1 and -1 in the target stand for; undefined for a number
 * @throws InvalidArgumentError for an unknown target, or classes other than +1 and -1; UserError for a constant target or no
 * inputs
 */
export function rowsOfNumbers(table: Table, name: string, classes: ClassNames | undefined): TrainingRows {
  if (!Array.isArray(table?.names))
    throw new InvalidArgumentError('table', table, 'a table as readTable or readCsvTable reads it');
  const ordered = targetLast(table, name);
  const other = classes && inputsAndTarget(ordered).y.find((label) => Math.abs(label) !== 1);
  if (other !== undefined)
    throw new InvalidArgumentError('target', other, 'classes as +1 and -1, as readCsvClasses reads them');
  return {
    count: ordered.rows,
    target: classes ? { kind: 'two classes', name, ...classes } : { kind: 'number', name },
    notes: [],
    split: (parts) => ({
      tables: parts.map((rows) => rowsOfTable(ordered, rows)),
      positions: parts.map((rows) => [...rows]),
      preparation: null,
    }),
  };
}
