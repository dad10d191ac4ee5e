/** An error that its reader can mend: one clear line, no stack trace needed. The command line exits with code 2. */
export class UserError extends Error {
  /** Tells it apart from other errors, also across realms. */
  override name = 'UserError';
}

/** A value outside its domain. The message names the argument and shows the value: `invalid eps: -0.1 (expected ...)`. */
export class InvalidArgumentError extends UserError {
  /** Tells it apart from other errors, also across realms. */
  override name = 'InvalidArgumentError';
  /** Name of the argument or option. */
  readonly argument: string;
  /** What was given for it. */
  readonly value: unknown;
  /** What would have done. */
  readonly expected: string;

  /**
   * Its message is one line: `invalid {argument}: {value} (expected {expected})`.
   * @param expected what would have done
   */
  constructor(argument: string, value: unknown, expected: string) {
    const name = /^[\w ,.[\]-]{1,60}$/.test(argument) ? argument : show(argument);
    super(oneLine(`invalid ${name}: ${show(value)} (expected ${expected})`));
    this.argument = argument;
    this.value = value;
    this.expected = expected;
  }
}

/** `value` itself when it is a finite number that passes `holds`; otherwise an InvalidArgumentError. */
function checkNumber(
  argument: string,
  value: unknown,
  expected: string,
  holds: (x: number) => boolean,
): number {
  if (typeof value === 'number' && Number.isFinite(value) && holds(value)) return value;
  throw new InvalidArgumentError(argument, value, expected);
}

/** A finite number > 0. */
export const checkPositive = (argument: string, value: unknown): number =>
  checkNumber(argument, value, 'a finite number > 0', (x) => x > 0);

/** A finite number >= 0. */
export const checkNonNegative = (argument: string, value: unknown): number =>
  checkNumber(argument, value, 'a finite number >= 0', (x) => x >= 0);

/** An integer >= `least`. */
export const checkInteger = (argument: string, value: unknown, least = 1): number =>
  checkNumber(argument, value, `an integer >= ${least}`, (x) => Number.isSafeInteger(x) && x >= least);

/** One of the names in `choices`. */
export function checkChoice<T extends string>(argument: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new InvalidArgumentError(argument, value, `one of ${choices.join(', ')}`);
  return found;
}

/** `value` itself when it is true or false. */
export function checkBoolean(argument: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidArgumentError(argument, value, 'true or false');
}

/** The name of a random stream: a finite number or a string. */
export function checkSeed(value: unknown): number | string {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new InvalidArgumentError('seed', value, 'a number or a string');
}

/** Text without control characters, such as line breaks: what goes on into scripts, messages and names of files. */
export function checkPlainText(argument: string, value: unknown): string {
  if (typeof value === 'string' && !/\p{Cc}/u.test(value)) return value;
  throw new InvalidArgumentError(argument, value, 'text without line breaks and other control characters');
}

/** What was thrown says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Characters of the longest message. */
const LONGEST = 500;

/** A message as one line of bounded length, whatever names, lists and values it holds. */
export function oneLine(message: string): string {
  // Control characters, the ends of lines among them, and what else Unicode counts as such.
  const line = message.slice(0, 2 * LONGEST).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 3)}...`;
}

/** A number and what it is one of: 1 row, 2 rows. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Characters of a value that a message shows: it stays one line that can be read, whatever was given. */
const SHOWN = 80;

/** A value as messages show it: on one line, of bounded length; of what is not a plain value, its kind alone. */
export function show(value: unknown): string {
  const text = spelt(value, 2);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}

/** JSON, except that functions and instances of classes are named and that lists and objects are cut at `depth`. */
function spelt(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * SHOWN));
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    if (depth === 0) return '[...]';
    return `[${value
      .slice(0, SHOWN)
      .map((entry) => spelt(entry, depth - 1))
      .join(', ')}]`;
  }
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null;
  if (prototype && prototype !== Object.prototype) return `[${prototype.constructor?.name || 'object'}]`;
  if (depth === 0) return '{...}';
  const entries = Object.entries(value).slice(0, SHOWN);
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}: ${spelt(entry, depth - 1)}`).join(', ')}}`;
}
