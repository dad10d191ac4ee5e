import { oneLine, UserError } from '../../errors.ts';
import { codesOf, labelsOf } from '../csvClasses.ts';
import { decimal } from '../decimal.ts';
import { decimalMark } from '../decimalMark.ts';
import { noNumber, numericTable, refuseHuge } from '../numericTable.ts';
import {
  asText,
  cellError,
  checkRawTable,
  isMissing,
  namesOf,
  type RawColumn,
  type RawTable,
  rawColumn,
  rawRows,
} from '../rawTable.ts';
import { listedNames, type Table } from '../table.ts';
import { TableFaults } from '../tableFaults.ts';
import { optionHint } from './optionHint.ts';
import {
  inputNames,
  MISSING_LEVEL,
  type NumberInput,
  type Preparation,
  preparationFrom,
  shownLevels,
  type TextInput,
} from './preparation.ts';
import { absentColumns } from './usedColumns.ts';

/** Inputs of rows as numbers, as a preparation makes them. */
export interface PreparedInputs {
  /** One for each column of the inputs. */
  readonly table: Table;
  /** Positions of the rows that lack a cell which is not filled in; they hold NaN there. */
  readonly incomplete: readonly number[];
  /** What a reader should know, a clause each: cells filled in, levels never seen, columns not used. */
  readonly notes: readonly string[];
}

/**
 * The inputs of a file as a preparation makes them; the target need not be there.
 * @throws UserError naming the columns that are not there, or the row and column of text where there were numbers, of each
 * column that has such a cell
 */
export function preparedInputs(table: RawTable, preparation: Preparation): PreparedInputs {
  checkRawTable(table);
  const { inputs, target, leftOut } = preparationFrom(preparation, 'the second argument');
  const without = absentColumns(
    table,
    inputs.map(({ name }) => name),
  );
  const absent = without.filter((name) => !isIdle(inputs.find((input) => input.name === name)!));
  if (absent.length > 0)
    throw new UserError(
      oneLine(
        `${table.file} lacks ${absent.length === 1 ? 'the column' : 'the columns'} ${absent.map((name) => JSON.stringify(name)).join(', ')} that the model reads; it has ${listedNames(namesOf(table))}`,
      ),
    );
  const known = new Set([...inputs.map(({ name }) => name), target.name, ...leftOut]);
  const extra = table.columns.filter(({ name }) => !known.has(name)).map(({ name }) => JSON.stringify(name));
  const notes =
    extra.length > 0 ? [`not used: ${extra.length === 1 ? 'column' : 'columns'} ${extra.join(', ')}`] : [];
  const faults = new TableFaults(table.file);
  const read = inputs.filter(({ kind }) => kind === 'number').map(({ name }) => name);
  if (faults.of(() => rememberedMark(table, read, preparation.decimal)) === ',')
    notes.push('decimals are read with commas');
  const names = inputs.flatMap(inputNames);
  const values = new Float64Array(table.rows * names.length);
  const incomplete = new Set<number>();
  if (without.length > 0)
    notes.push(
      `not there, and the same in all rows of the training: ${without.map((name) => JSON.stringify(name)).join(', ')}`,
    );
  let j = 0;
  for (const input of inputs) {
    const fill = { values, from: j, width: names.length, incomplete, notes };
    if (without.includes(input.name)) {
      fillIdle(table, input, fill);
      j += inputNames(input).length;
      continue;
    }
    const column = rawColumn(table, 'column', input.name);
    if (input.kind === 'number') faults.of(() => fillNumbers(table, column, input, fill));
    else fillText(table, column, input, fill);
    j += inputNames(input).length;
  }
  faults.refuse();
  return {
    table: { names, rows: table.rows, values },
    incomplete: [...incomplete].sort((a, b) => a - b),
    notes,
  };
}

/** How the decimals of columns of numbers are read, and the same of a file with points where the training had commas. */
function rememberedMark(
  table: RawTable,
  names: readonly string[],
  decimal: Preparation['decimal'],
): ',' | '.' | undefined {
  const read = new Set(names);
  const columns = table.columns.filter(({ name }) => read.has(name));
  const hasCommas = columns.some((column) => column.kind === 'number' && column.decimals?.mark === ',');
  return decimalMark(table, columns, hasCommas ? decimal : undefined);
}

/** Whether all training rows were the same in a column, so that no model depends on it. */
const isIdle = (input: NumberInput | TextInput): boolean =>
  input.kind === 'number' ? input.constant !== undefined : input.levels.length === 1 && !input.other;

function fillIdle(table: RawTable, input: NumberInput | TextInput, { values, from, width }: Filling): void {
  const value = input.kind === 'number' ? input.constant! : 1;
  for (let i = 0, at = from; i < table.rows; i++, at += width) values[at] = value;
}

interface Filling {
  readonly values: Float64Array;
  /** The first column of the input, among `width`. */
  readonly from: number;
  readonly width: number;
  readonly incomplete: Set<number>;
  readonly notes: string[];
}

function fillNumbers(
  table: RawTable,
  column: RawColumn,
  { name, median, indicator }: NumberInput,
  { values, from, width, incomplete, notes }: Filling,
): void {
  if (column.kind === 'text') {
    const isNumber = column.levels.map((level) => Number.isFinite(decimal(level)));
    const row = column.codes.findIndex((code) => code >= 0 && !isNumber[code]);
    throw noNumber(
      table,
      row,
      column,
      ', as the column held where the model was trained: correct it, or empty it',
    );
  }
  refuseHuge(table, column);
  let filled = 0;
  for (let i = 0, at = from; i < table.rows; i++, at += width) {
    if (isMissing(column, i)) {
      values[at] = median ?? Number.NaN;
      if (median === null) incomplete.add(i);
      else if (indicator) values[at + 1] = 1;
      else filled++;
      continue;
    }
    values[at] = column.values[i]!;
  }
  if (filled > 0)
    notes.push(
      `${filled} missing in column ${JSON.stringify(name)}, where none was in training: the median ${median} stands in`,
    );
}

function fillText(
  table: RawTable,
  column: RawColumn,
  input: TextInput,
  { values, from, width, incomplete, notes }: Filling,
): void {
  const { levels, codes } = asText(column);
  const shown = shownLevels(input);
  const skipped = input.levels.length - shown.length;
  const position = new Map(input.levels.map((level, k) => [level, k]));
  const unseen = new Set<string>();
  for (let i = 0, at = from; i < table.rows; i++, at += width) {
    const code = codes[i]!;
    if (code < 0 && !input.missing) {
      incomplete.add(i);
      for (let k = 0; k < shown.length + Number(input.other); k++) values[at + k] = Number.NaN;
      continue;
    }
    const level = code < 0 ? MISSING_LEVEL : levels[code]!;
    const k = position.get(level);
    if (k !== undefined) {
      if (k >= skipped) values[at + k - skipped] = 1;
    } else if (input.other) values[at + shown.length] = 1;
    else {
      unseen.add(level);
      shown.forEach((_, s) => {
        values[at + s] = input.shares[s + skipped]!;
      });
    }
  }
  if (unseen.size > 0)
    notes.push(
      `column ${JSON.stringify(input.name)} holds ${[...unseen]
        .slice(0, 5)
        .map((level) => JSON.stringify(level))
        .join(
          ', ',
        )}${unseen.size > 5 ? ', ...' : ''}, never seen in training: they count as the average of the training rows`,
    );
}

/**
 * Targets as numbers: values, labels +1 and -1, or positions among several classes. Inputs that are in the table, too, tell
 * what stands before the decimals where the target leaves it open.
 * @throws UserError naming the row and column of a cell that is missing, no number, or of an unknown class
 */
export function preparedTarget(
  table: RawTable,
  { inputs, target, decimal: told }: Preparation,
): Float64Array {
  const { name } = target;
  const column = rawColumn(table, 'target', name);
  if (target.kind === 'two classes') return labelsOf(table, name, target);
  if (target.kind === 'several classes') return Float64Array.from(codesOf(table, name, target.classes));
  const numbers = inputs.filter(({ kind }) => kind === 'number');
  const mark = rememberedMark(table, [...numbers.map((input) => input.name), name], told);
  return numericTable({ ...table, columns: [column] }, mark).values;
}

/** Rows of a file as numbers. */
export interface PreparedTable {
  /** The inputs in the order of the preparation, and the target last: values, labels +1 and -1, or positions of classes. */
  readonly table: Table;
  /** What a reader should know, a clause each. */
  readonly notes: readonly string[];
}

/**
 * Rows of a file as a table of numbers, the target last.
 * @param rows positions in the file; default all
 * @throws UserError as {@link preparedInputs} does, naming the row and column of a target that is missing, no number or of an
 * unknown class, and of the first cell that is missing and not filled in
 */
export function preparedTable(
  table: RawTable,
  preparation: Preparation,
  rows?: ArrayLike<number>,
): PreparedTable {
  const part = rows ? rawRows(checkRawTable(table), rows) : table;
  const { table: inputs, incomplete, notes } = preparedInputs(part, preparation);
  const [first] = incomplete;
  if (first !== undefined) {
    const lacking = preparation.inputs.find(({ name }) =>
      part.columns.some((column) => column.name === name && isMissing(column, first)),
    )!;
    throw cellError(
      table,
      rows ? rows[first]! : first,
      lacking.name,
      `is missing, and the model was trained to take none for it (training with ${optionHint('missing', 'impute')} does)`,
    );
  }
  const y = preparedTarget(part, preparation);
  const width = inputs.names.length + 1;
  const values = new Float64Array(inputs.rows * width);
  for (let i = 0; i < inputs.rows; i++) {
    values.set(inputs.values.subarray(i * (width - 1), (i + 1) * (width - 1)), i * width);
    values[(i + 1) * width - 1] = y[i]!;
  }
  return { table: { names: [...inputs.names, preparation.target.name], rows: inputs.rows, values }, notes };
}
