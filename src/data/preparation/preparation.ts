import { checkBoolean, checkInteger, InvalidArgumentError, UserError } from '../../errors.ts';
import {
  ifGiven,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  type Resolved,
  resolveOptions,
} from '../../resolveOptions.ts';

/** What to do about missing cells: name the first, leave their rows out, or fill them in and mark that. */
export type MissingChoice = 'refuse' | 'drop' | 'impute';
export const MISSING_CHOICES: readonly MissingChoice[] = ['refuse', 'drop', 'impute'];

/** What may stand before decimals. */
export const DECIMAL_MARKS = [',', '.'] as const;

/** How the columns of a file become numbers; `target` has no default. */
export interface PreparationOptions {
  /** Name of the column to predict. */
  readonly target: string;
  /** What to do about missing cells. Default 'refuse'. */
  readonly missing?: MissingChoice | undefined;
  /** At most so many texts of a column get an indicator of their own; rarer ones share that of the others. Default 20. */
  readonly levels?: number | undefined;
  /** Names of columns to leave out. */
  readonly ignore?: readonly string[] | undefined;
  /** Names of columns whose numbers stand for kinds, such as codes: they are taken for text. */
  readonly text?: readonly string[] | undefined;
  /** What stands before decimals, which some files leave open: in 1,234 the comma may separate thousands. Default by the cells. */
  readonly decimal?: ',' | '.' | undefined;
  /** Keep columns that merely number the rows. Default false. */
  readonly keepIndex?: boolean | undefined;
  /** Classes of the target that count as +1, the others as -1. Default: the second of two; with more, none. */
  readonly positive?: readonly string[] | undefined;
  /** Whether a target of numbers is one of classes. Default false; a target of text always is. */
  readonly classes?: boolean | undefined;
}

/** The options with their defaults. */
export type PreparationSettings = Resolved<PreparationOptions, typeof PREPARATION_DEFAULTS>;

/** The options that have a default, and it. */
export const PREPARATION_DEFAULTS = {
  missing: 'refuse',
  levels: 20,
  ignore: [] as readonly string[],
  text: [] as readonly string[],
  keepIndex: false,
  classes: false,
} as const;

const namesOf =
  (what: string): OptionCheck =>
  (name, value) => {
    if (!isTexts(value)) throw new InvalidArgumentError(name, value, `a list of ${what}`);
  };

/** What each option must be. */
export const PREPARATION_OPTIONS: OptionChecks<PreparationOptions> = {
  target: true,
  missing: oneOf(MISSING_CHOICES),
  levels: checkInteger,
  keepIndex: checkBoolean,
  classes: checkBoolean,
  decimal: ifGiven(oneOf(DECIMAL_MARKS)),
  ignore: namesOf('columns'),
  text: namesOf('columns'),
  positive: ifGiven(namesOf('classes')),
};

/** @throws InvalidArgumentError naming the first option that makes no sense */
export const resolvePreparation = (options: PreparationOptions): PreparationSettings =>
  resolveOptions('a preparation', options, PREPARATION_OPTIONS, PREPARATION_DEFAULTS);

/** How a column of numbers becomes inputs. */
export interface NumberInput {
  /** A column of numbers. */
  readonly kind: 'number';
  /** Of the column. */
  readonly name: string;
  /** What stands in for a missing cell, the median of the training rows; null where a missing cell is an error. */
  readonly median: number | null;
  /** Whether a column of its own says by 1 which cells were missing. */
  readonly indicator: boolean;
  /** What every training row holds, where that is one value: no model depends on the column then, and a file may lack it. */
  readonly constant?: number;
}

/** How a column of text becomes inputs: an indicator, 0 or 1, for each level, or for two levels one of the second. */
export interface TextInput {
  /** A column of text. */
  readonly kind: 'text';
  /** Of the column. */
  readonly name: string;
  /** The levels that have indicators, the most frequent in the training rows first; of two, the second has one. */
  readonly levels: readonly string[];
  /** Whether a last indicator stands for all other levels. */
  readonly other: boolean;
  /** Shares of the levels, and of the others, among the training rows: what an unseen level gets where none stands for others. */
  readonly shares: readonly number[];
  /** Whether a missing cell is the level '(missing)'; otherwise it is an error. */
  readonly missing: boolean;
}

/** What the target column holds: a number, one of two classes (+1 and -1), or one of several (0, 1, ...). */
export type PreparedTarget =
  | {
      /** Values as they stand. */
      readonly kind: 'number';
      /** Of the column. */
      readonly name: string;
    }
  | {
      /** Labels +1 and -1. */
      readonly kind: 'two classes';
      /** Of the column. */
      readonly name: string;
      /** Classes that are +1. */
      readonly positive: readonly string[];
      /** Classes that are -1. */
      readonly negative: readonly string[];
    }
  | {
      /** Positions in the list of classes. */
      readonly kind: 'several classes';
      /** Of the column. */
      readonly name: string;
      /** In the order of the alphabet, or of the numbers. */
      readonly classes: readonly string[];
    };

/** How the columns of a file become a table of numbers, learnt from its training rows. Plain data, which JSON keeps. */
export interface Preparation {
  /** Of this form. */
  readonly version: 1;
  /** What is predicted. */
  readonly target: PreparedTarget;
  /** In the order of the file; each becomes one column of numbers, several, or none. */
  readonly inputs: readonly (NumberInput | TextInput)[];
  /** Columns that are in the file and are no inputs. */
  readonly leftOut: readonly string[];
  /** What was done about missing cells. */
  readonly missing: MissingChoice;
  /** What stood before decimals, where it was a comma or has been said: so a file that leaves it open is read, too. */
  readonly decimal?: ',' | '.';
}

/** The level that stands for missing cells. */
export const MISSING_LEVEL = '(missing)';

/** Names of the columns of numbers that an input becomes. */
export function inputNames(input: NumberInput | TextInput): string[] {
  const { name } = input;
  if (input.kind === 'number') return input.indicator ? [name, `${name} missing`] : [name];
  const levels = shownLevels(input).map((level) => `${name}=${level}`);
  return input.other ? [...levels, `${name}=(other)`] : levels;
}

/** The levels that have an indicator of their own. */
export const shownLevels = ({ levels, other }: TextInput): readonly string[] =>
  levels.length === 2 && !other ? levels.slice(1) : levels;

/** Names of the columns of a prepared table: its inputs, and the target last. */
export const preparedNames = ({ inputs, target }: Preparation): string[] => [
  ...inputs.flatMap(inputNames),
  target.name,
];

/**
 * A preparation that was kept as JSON.
 * @param from what holds it, as messages name it
 * @throws UserError where it is none
 */
export function preparationFrom(value: unknown, from: string): Preparation {
  const found = value as Preparation;
  const isOne =
    isRecord(value) &&
    value.version === 1 &&
    isTarget(value.target) &&
    Array.isArray(value.inputs) &&
    value.inputs.every(isInput) &&
    isTexts(value.leftOut) &&
    MISSING_CHOICES.includes(found.missing) &&
    (value.decimal === undefined || DECIMAL_MARKS.some((mark) => mark === value.decimal));
  if (!isOne)
    throw new UserError(`${from} has a preparation of columns that is damaged, or of a newer version`);
  return found;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (list: unknown): list is string[] =>
  Array.isArray(list) && list.every((name) => typeof name === 'string');
const isTarget = (target: unknown): boolean =>
  isRecord(target) &&
  typeof target.name === 'string' &&
  (target.kind === 'number' ||
    (target.kind === 'two classes' && isTexts(target.positive) && isTexts(target.negative)) ||
    (target.kind === 'several classes' && isTexts(target.classes)));
const isInput = (input: unknown): boolean =>
  isRecord(input) &&
  typeof input.name === 'string' &&
  (input.kind === 'number'
    ? (input.median === null || Number.isFinite(input.median)) &&
      typeof input.indicator === 'boolean' &&
      (input.constant === undefined || Number.isFinite(input.constant))
    : input.kind === 'text' &&
      isTexts(input.levels) &&
      typeof input.other === 'boolean' &&
      typeof input.missing === 'boolean' &&
      Array.isArray(input.shares) &&
      input.shares.every((share) => Number.isFinite(share)));
