import { PREPARATION_OPTIONS } from '../data/preparation/preparation.ts';
import { InvalidArgumentError } from '../errors.ts';

/**
 * Does a part of a command's work. An argument that it refuses is named as the option that it came from: words are joined by
 * hyphens on the command line, testFraction is --test-fraction.
 * @param others options that have another name than their argument, by argument
 */
export async function withOptionNames<T>(
  others: Readonly<Record<string, string>>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const { argument, value, expected } = error;
    const option = others[argument] ?? hyphened(argument);
    throw new InvalidArgumentError(option, value, expected);
  }
}

const hyphened = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A message in which options that would help stand between backticks, as code names them, with those of the command line. */
export const asTyped = (message: string): string =>
  message.replace(/`([a-zA-Z]+)((?: [^`]*)?)`/g, (hint, name: string, value: string) =>
    Object.hasOwn(PREPARATION_OPTIONS, name) ? `--${hyphened(name)}${value}` : hint,
  );
