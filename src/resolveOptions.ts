import { checkOptions, given } from './checkOptions.ts';
import { checkChoice, checkInteger, checkPositive, checkSeed, InvalidArgumentError } from './errors.ts';

/** What an option must be: throws an InvalidArgumentError that names it. */
export type OptionCheck = (name: string, value: unknown) => unknown;

/** Of each option of `T` what it must be, each once; true for those that are checked where they are used. */
export type OptionChecks<T> = { readonly [K in keyof T]-?: OptionCheck | true };

/** The options with their defaults. */
export type Resolved<T, D> = Omit<T, keyof D> & {
  readonly [K in keyof D & keyof T]-?: Exclude<T[K], undefined>;
};

/**
 * The options of a function with their defaults, each checked.
 * @param of the function, as messages name it
 * @throws InvalidArgumentError naming an option that there is not, or the first, in the order of the checks, that makes no sense
 */
export function resolveOptions<T extends object, D extends Partial<T>>(
  of: string,
  options: T,
  checks: OptionChecks<T>,
  defaults: D,
): Resolved<T, D> {
  checkOptions(of, options ?? null, checks);
  const settings = { ...defaults, ...given(options) } as Resolved<T, D>;
  for (const [name, check] of Object.entries(checks) as [string, OptionCheck | true][])
    if (check !== true) check(name, (settings as Record<string, unknown>)[name]);
  return settings;
}

/** Checks what need not be given. */
export const ifGiven =
  (check: OptionCheck): OptionCheck =>
  (name, value) =>
    value === undefined ? undefined : check(name, value);

export const oneOf =
  (choices: readonly string[]): OptionCheck =>
  (name, value) =>
    checkChoice(name, value, choices);

export const atLeast =
  (least: number): OptionCheck =>
  (name, value) =>
    checkInteger(name, value, least);

/** A number between 0 and 1, neither of them. */
export const fractionOfRows: OptionCheck = (name, value) => {
  if (checkPositive(name, value) >= 1)
    throw new InvalidArgumentError(name, value, 'a number between 0 and 1');
};

export const seedOfStreams: OptionCheck = (_name, value) => checkSeed(value);

export const callback: OptionCheck = (name, value) => {
  if (value !== undefined && typeof value !== 'function')
    throw new InvalidArgumentError(name, value, 'a function');
};
