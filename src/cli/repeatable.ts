import type { Argv } from 'yargs';

/**
 * Lets the named array options of a command be given several times, each time adding to their values; of any other option
 * the last value counts, as in all commands.
 */
export const repeatable = <T>(yargs: Argv<T>, ...names: readonly string[]): Argv<T> =>
  yargs.parserConfiguration({ 'duplicate-arguments-array': true }).middleware((args) => {
    const given = args as Record<string, unknown>;
    for (const [name, value] of Object.entries(given))
      if (Array.isArray(value) && name !== '_' && !names.includes(name)) given[name] = value.at(-1);
  }, true);
