import { checkInteger, InvalidArgumentError, UserError } from '../../errors.ts';
import { classesOf, classNames } from '../csvClasses.ts';
import { checkRawTable, type NumberColumn, type RawTable, rawRows, type TextColumn } from '../rawTable.ts';
import { TableFaults } from '../tableFaults.ts';
import { optionHint } from './optionHint.ts';
import {
  MISSING_LEVEL,
  type NumberInput,
  type Preparation,
  type PreparationOptions,
  type PreparationSettings,
  type PreparedTarget,
  resolvePreparation,
  type TextInput,
} from './preparation.ts';
import { type UsedColumns, usableRows, usedColumns } from './usedColumns.ts';

/** What can be prepared of a table before it is known which rows are trained on. */
export interface PreparationPlan {
  /** The file. */
  readonly table: RawTable;
  /** Rows that can be trained or measured on; all others lack their target, or inputs that are not filled in. */
  readonly rows: Uint32Array;
  /** What the target holds. */
  readonly target: PreparedTarget;
  /** What a reader should know, a clause each. */
  readonly notes: readonly string[];
  /**
   * How the columns become numbers, learnt from some of the rows.
   * @param training positions in the file of the rows that may be looked at
   */
  readonly learn: (training: ArrayLike<number>) => Preparation;
}

/** Classes of numbers at most, without being told which are +1. */
const MOST_CLASSES = 50;

/**
 * Decides which columns of a file are inputs, which rows can be used, and what the target holds; how the columns become
 * numbers is then learnt from the training rows alone: medians of what is missing, the levels of text and their shares. It
 * does not depend on the order of these rows.
 * @throws InvalidArgumentError for options that make no sense and unknown columns or classes; UserError naming the file, row
 * and column of a cell that cannot be used, with what would help: one of each column, where several have such cells
 */
export function planPreparation(table: RawTable, options: PreparationOptions): PreparationPlan {
  checkRawTable(table);
  const settings = resolvePreparation(options);
  const faults = new TableFaults(table.file);
  const used = usedColumns(table, settings, faults);
  const { rows, notes } = usableRows(table, used, settings, faults);
  faults.refuse();
  const targets = rawRows({ ...table, columns: [used.target] }, rows);
  const target = targetOf(targets, settings);
  return {
    table,
    rows,
    target,
    notes: [...used.notes, ...notes, ...kindNotes(targets, target)],
    learn: (training) => learnt(table, used, target, training, settings),
  };
}

/**
 * The same in one step, learnt from the given rows.
 * @param rows positions in the file; default all that can be used
 */
export function learnPreparation(
  table: RawTable,
  options: PreparationOptions,
  rows?: ArrayLike<number>,
): Preparation {
  const plan = planPreparation(table, options);
  return plan.learn(rows ?? plan.rows);
}

function targetOf(table: RawTable, { positive, classes }: PreparationSettings): PreparedTarget {
  const [column] = table.columns;
  const { name } = column!;
  if (column!.kind === 'number' && positive === undefined && !classes) return { kind: 'number', name };
  const different = positive === undefined ? classesOf(table, name) : [];
  if (different.length <= 2) return { kind: 'two classes', name, ...classNames(table, name, positive) };
  const whole = column!.kind === 'text' || column!.values.every(Number.isInteger);
  if (!whole || different.length > MOST_CLASSES)
    throw new InvalidArgumentError(
      'target',
      name,
      `a column of at most ${MOST_CLASSES} classes, and it has ${different.length} different values: the loss square predicts numbers, ${optionHint('positive')} names the classes that count as +1`,
    );
  return { kind: 'several classes', name, classes: different };
}

/** At most so many whole numbers, each in two rows and more, may well be classes. */
const FEW_NUMBERS = 10;

/** A word where a target is predicted as a number and might be meant for classes. */
function kindNotes({ columns: [column] }: RawTable, { kind, name }: PreparedTarget): string[] {
  if (kind !== 'number' || column?.kind !== 'number') return [];
  const different = [...new Set(column.values)].sort((a, b) => a - b);
  const few = Math.min(FEW_NUMBERS, column.values.length / 2);
  if (different.length > few || !different.every(Number.isInteger)) return [];
  return [
    `the target ${JSON.stringify(name)} holds ${different.length} different whole numbers (${different.join(', ')}) and is predicted as a number: ${optionHint('classes')} takes them for classes`,
  ];
}

function learnt(
  table: RawTable,
  { inputs, leftOut, mark }: UsedColumns,
  target: PreparedTarget,
  training: ArrayLike<number>,
  { missing, levels }: PreparationSettings,
): Preparation {
  for (let k = 0; k < training.length; k++)
    if (checkInteger('training row', training[k], 0) >= table.rows)
      throw new InvalidArgumentError('training row', training[k], `one of the ${table.rows} rows`);
  if (training.length === 0) throw new UserError('there are no rows to learn from');
  const impute = missing === 'impute';
  const rows = rawRows({ ...table, columns: inputs }, training);
  const learntInputs = rows.columns.map((column) =>
    column.kind === 'number' ? numberInput(column, impute) : textInput(column, levels, impute),
  );
  return {
    version: 1,
    target,
    inputs: learntInputs,
    leftOut: [...leftOut],
    missing,
    ...(mark === ',' ? { decimal: mark } : {}),
  };
}

function numberInput({ name, values }: NumberColumn, impute: boolean): NumberInput {
  const [constant] = values;
  const same = constant !== undefined && values.every((value) => value === constant) ? { constant } : {};
  if (!impute) return { kind: 'number', name, median: null, indicator: false, ...same };
  const there = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = there.length >> 1;
  const median =
    there.length === 0
      ? 0
      : there.length % 2 === 1
        ? there[middle]!
        : (there[middle - 1]! + there[middle]!) / 2;
  return { kind: 'number', name, median, indicator: there.length < values.length, ...same };
}

/** The most frequent levels, the first of the alphabet where they are as frequent; what is in one row only is rare. */
function textInput({ name, levels, codes }: TextColumn, most: number, impute: boolean): TextInput {
  const counts = new Map<string, number>();
  for (const code of codes) {
    const level = code < 0 ? MISSING_LEVEL : levels[code]!;
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const order = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const common = order.filter(([, count], k) => k < most && (count > 1 || order.length <= 2));
  const rare = codes.length - common.reduce((sum, [, count]) => sum + count, 0);
  const shares = [...common.map(([, count]) => count), ...(rare > 0 ? [rare] : [])];
  return {
    kind: 'text',
    name,
    levels: common.map(([level]) => level),
    other: rare > 0,
    shares: shares.map((count) => count / codes.length),
    missing: impute,
  };
}
