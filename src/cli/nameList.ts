import { InvalidArgumentError } from '../errors.ts';

/** An option that takes names of columns or classes, and may be given more than once. For a command made `repeatable`. */
export const names = (describe: string) => ({ type: 'string', array: true, describe }) as const;

/** How names are written, for the help of commands. */
export const NAMES_FORM = 'names with a comma in quotes: \'"a,b",c\'';

const NAME = /\s*(?:"((?:[^"]|"")*)"|([^",][^,]*|))\s*(,|$)/y;

/**
 * Names in the order of the command line: separated by commas, those with a comma or a quote between double quotes, in which a
 * quote is written twice, as in a CSV file.
 * @param option as messages name it
 * @param given one text for each time that the option was given; undefined for none
 * @throws InvalidArgumentError for no name at all, and for a quote that does not end
 */
export const nameList = (option: string, given: readonly string[] | undefined): string[] | undefined => {
  // yargs takes an option of a list without any value.
  if (given?.length === 0) throw new InvalidArgumentError(option, '', 'names separated by commas');
  return given?.flatMap((text) => {
    const found: string[] = [];
    NAME.lastIndex = 0;
    for (;;) {
      const match = NAME.exec(text);
      if (!match) throw new InvalidArgumentError(option, text, `names separated by commas, ${NAMES_FORM}`);
      const [, quoted, plain, end] = match;
      found.push(quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'));
      if (end === '') return found;
    }
  });
};
