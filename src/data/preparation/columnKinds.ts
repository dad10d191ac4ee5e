import { decimal, decimalComma, separatesThousands } from '../decimal.ts';
import type { RawColumn, TextColumn } from '../rawTable.ts';

/** Names that a column has which numbers the rows, in lower case, without spaces and marks. */
const INDEX_NAMES = new Set([
  '',
  'unnamed0',
  'id',
  'ids',
  'index',
  'idx',
  'row',
  'rowid',
  'rownames',
  'rownumber',
  'rowname',
]);

/** From how many rows on a column that counts them is no accident, whatever its name. */
const MANY = 20;

/** Whether cells are 0, 1, 2, ... or 1, 2, 3, ..., as programs number the rows that they write. */
export function countsRows(column: RawColumn): boolean {
  if (column.kind === 'text') return false;
  const [first] = column.values;
  return (first === 0 || first === 1) && column.values.every((value, i) => value === first + i);
}

/**
 * Whether a column names the rows, and says nothing of them: it counts them, or is called so and every row has a number or a
 * text of its own.
 */
export function isIndex(column: RawColumn): boolean {
  const name = column.name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const named = INDEX_NAMES.has(name);
  if (countsRows(column) && (named || column.name === '#' || rowsOf(column) >= MANY)) return true;
  return named && isDistinct(column);
}

const rowsOf = (column: RawColumn): number =>
  column.kind === 'number' ? column.values.length : column.codes.length;

function isDistinct(column: RawColumn): boolean {
  if (column.kind === 'text') return column.levels.length === column.codes.length;
  return column.values.every(Number.isInteger) && new Set(column.values).size === column.values.length;
}

const DATES = [
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$/,
  /^\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})([T ].*)?$/,
  /^\d{1,2}[-. ]+\p{L}{3,9}[-., ]+\d{2,4}$/u,
  /^\p{L}{3,9}\.? \d{1,2},? \d{4}$/u,
  /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/,
];

/** Levels that are looked at: columns of dates have as many as rows. */
const LOOKED_AT = 1000;

const all = ({ levels }: TextColumn, holds: (level: string) => boolean): boolean =>
  levels.slice(0, LOOKED_AT).every(holds);

/** Whether every text is a date or a time of day. */
export const holdsDates = (column: TextColumn): boolean =>
  all(column, (level) => DATES.some((form) => form.test(level)));

const isNumber = (level: string): boolean =>
  Number.isFinite(decimal(level)) || Number.isFinite(decimalComma(level));

/** Whether every text is a number, some with points and some with commas before their decimals, or with separators of thousands. */
export const holdsNumbersOfSeveralForms = (column: TextColumn): boolean => all(column, ofSomeForm);

const ofSomeForm = (level: string): boolean => isNumber(level) || separatesThousands(level);

/** A currency before a number, or up to fifteen characters behind it, of which digits are only the last: $1,200, 24%, 12.5 kg, 80 m2. */
const WITH_UNIT =
  /^([+-]?)((?:\p{Lu}{0,3}\p{Sc})?) ?([+-]?[\d.].*?|\d) ?((?:[^\d\s.,][^\d]{0,13}(?:(?<=\p{L})[23])?)?)$/u;

/** The unit of a text that is a number with one before or behind it; undefined for anything else. */
function unitOf(level: string): string | undefined {
  const match = WITH_UNIT.exec(level);
  if (!match) return undefined;
  const [, sign, before, number, behind] = match as unknown as [string, string, string, string, string];
  return (before === '') !== (behind === '') && ofSomeForm(sign + number) ? before + behind : undefined;
}

/** Of two texts an indicator says as much as a number would. */
const LEAST_LEVELS = 3;
/** Share of the cells that are numbers, the unit aside, from which on a column is one of numbers. */
const MOST_CELLS = 0.9;

/** The unit that stands beside the numbers of a column of text, and the first row that has it; undefined for text proper. */
export function unitOfNumbers({ levels, codes }: TextColumn): { unit: string; row: number } | undefined {
  const counts = new Map<string, number>();
  for (const level of levels.slice(0, LOOKED_AT)) {
    const found = unitOf(level);
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const [unit] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (unit === undefined || levels.length < LEAST_LEVELS) return undefined;
  const [of, plain] = [new Set<number>(), new Set<number>()];
  levels.forEach((level, code) => {
    if (unitOf(level) === unit) of.add(code);
    else if (ofSomeForm(level)) plain.add(code);
  });
  let [withUnit, without, texts] = [0, 0, 0];
  for (const code of codes) if (code >= 0) of.has(code) ? withUnit++ : plain.has(code) ? without++ : texts++;
  if (withUnit < without || withUnit + without < MOST_CELLS * (withUnit + without + texts)) return undefined;
  return { unit, row: codes.findIndex((code) => of.has(code)) };
}

/** The first row of which the cell is no number, where most cells are numbers; -1 for text proper. */
export function strayText({ levels, codes }: TextColumn): number {
  const areNumbers = levels.map(isNumber);
  let [numbers, texts] = [0, 0];
  for (const code of codes) if (code >= 0) areNumbers[code] ? numbers++ : texts++;
  return numbers > texts ? codes.findIndex((code) => code >= 0 && !areNumbers[code]) : -1;
}
