import { PREPARATION_DEFAULTS as DEFAULTS, MISSING_CHOICES } from '../data/preparation/preparation.ts';
import type { OptionChecks } from '../resolveOptions.ts';
import { NAMES_FORM, nameList, names } from './nameList.ts';
import { flag, neededText, number, text, textOr } from './options.ts';

/** A file that holds a table. */
export const tableFile = neededText(
  'table with a header: CSV (cells between commas, semicolons, tabs or |), JSON records, .npy, .npz, Arrow, Parquet; also gzipped',
);

/** Classes that count as +1 for a model that knows others. */
export const positiveOf = (training: string) =>
  names(`classes that count as +1, the others as -1: 0,1,2 [those of ${training}]; ${NAMES_FORM}`);

/** The same as in training, which a saved model remembers. */
export const classesKnown = flag(
  'the target holds classes; a model that was trained to predict numbers is refused',
);

/** Whether numbers in the target are classes. */
const classesOption = flag('whole numbers in the target are classes, as text always is');

/** How decimals are written. */
export const decimalOption = text(
  "what stands before decimals: ',' or '.', where the file leaves it open, as by 1,234 [by the cells]",
);

/** How the columns of a file become numbers; for a command made `repeatable` by {@link LISTS}. */
export const preparationOptions = {
  classes: classesOption,
  positive: names(`classes that count as +1, the others as -1: 0,1,2 [the second of two]; ${NAMES_FORM}`),
  missing: textOr(
    DEFAULTS.missing,
    `${MISSING_CHOICES.join(', ')}: rows with missing cells are left out by drop; impute takes the median of the training rows, and a column that marks it`,
  ),
  levels: {
    ...number('levels', 'texts of a column that get a 0/1 column each; rarer ones share one'),
    default: DEFAULTS.levels,
  },
  ignore: names(`columns to leave out: id,when; ${NAMES_FORM}`),
  text: names(`columns whose numbers stand for kinds: zip,month; ${NAMES_FORM}`),
  decimal: decimalOption,
  'keep-index': flag('keep columns that only number the rows'),
} as const;

/** The options that may be given more than once. */
export const LISTS = ['positive', 'ignore', 'text'] as const;

/**
 * The options of a function among the arguments of a command, where they have the same names (yargs gives `--test-fraction` the name
 * testFraction, too) and lists of names are as they were typed.
 * @param checks of the function, which names them
 */
export function optionsAmong<T>(
  args: object,
  checks: OptionChecks<T>,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const typed = args as Record<string, unknown>;
  const isList = (name: string): boolean => LISTS.some((list) => list === name);
  const named = Object.keys(checks)
    // A flag that is not given leaves its option alone.
    .filter((name) => typed[name] !== undefined && !(name in FLAGS && typed[name] === false))
    .map((name) => [name, isList(name) ? nameList(name, typed[name] as readonly string[]) : typed[name]]);
  return Object.fromEntries(named);
}

/** Options that are false unless given, on the command line and in code. */
const FLAGS = { classes: true, keepIndex: true };
