import { nearestName } from '../checkOptions.ts';
import { InvalidArgumentError, show, UserError } from '../errors.ts';

/** The options of a command, as yargs keeps them. */
export interface KnownOptions {
  /** Every option by its name. */
  readonly key: Readonly<Record<string, unknown>>;
  /** Those that are true or false. */
  readonly boolean: readonly string[];
  /** Other spellings of an option. */
  readonly alias: Readonly<Record<string, readonly string[]>>;
}

/** What one command calls one way and another, or another program, another way. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  activation: ['activations'],
  activations: ['activation'],
  covariance: ['spectrum'],
  csv: ['data'],
  data: ['csv'],
  eps: ['epsilons', 'grid'],
  epsilon: ['eps', 'epsilons'],
  epsilons: ['eps'],
  file: ['csv'],
  output: ['out', 'save'],
  widths: ['width', 'psi1'],
  width: ['widths', 'psi1'],
};

/**
 * Refuses what yargs would misread without a word: options that the command does not have, values of true-or-false
 * options that are neither (yargs takes all but `true` for false), and `--no-` before an option that takes a value.
 * @param words of the command line
 * @param command as messages name it
 * @throws InvalidArgumentError, UserError naming the option, and for an unknown one the nearest there is
 */
export function checkWords(words: readonly string[], command: string, options: KnownOptions): void {
  const aliases = Object.entries(options.alias).flat(2);
  const known = [...Object.keys(options.key), ...aliases, 'help', 'version'];
  const booleans = new Set([...options.boolean, 'help', 'version']);
  for (const word of words) {
    if (word === '--') return;
    if (word === '-')
      throw new UserError('- is no file: standard input is /dev/stdin, and standard output /dev/stdout');
    const [, name, value] = /^--([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) continue;
    const found = spelt(name, known);
    if (found === undefined) {
      const negated = spelt(name.replace(/^no-/, ''), known);
      if (negated === undefined || !name.startsWith('no-')) throw unknown(name, command, known);
      if (!booleans.has(negated))
        throw new UserError(
          `unknown option --no-${negated} (--${negated} takes a value, and can be left out)`,
        );
      if (value !== undefined) throw new InvalidArgumentError(name, value, 'no value');
    } else if (booleans.has(found) && value !== undefined && value !== 'true' && value !== 'false')
      throw new InvalidArgumentError(found, value, 'true or false');
  }
}

/**
 * Refuses options by the names under which yargs keeps what are no options, the positional words and the command's own
 * name: given a value they take their place.
 * @throws UserError naming the option
 */
export function checkReserved(words: readonly string[]): void {
  const end = words.indexOf('--');
  const reserved = (end < 0 ? words : words.slice(0, end)).find((word) =>
    /^--?(no-)?(_|\$0)(=|$)/.test(word),
  );
  if (reserved !== undefined)
    throw new UserError(`unknown option ${show(reserved)} (rrf --help lists the commands)`);
}

/** The option of that name, which may be joined by capitals in place of hyphens. */
const spelt = (name: string, known: readonly string[]): string | undefined =>
  known.find((option) => option === name || option === hyphenated(name));

const hyphenated = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function unknown(name: string, command: string, known: readonly string[]): UserError {
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name]! : [];
  const near = meant.find((other) => known.includes(other)) ?? nearestName(name.slice(0, 40), known);
  const shown = /^[\w-]{1,40}$/.test(name) ? `--${name}` : show(`--${name}`);
  return new UserError(
    `unknown option ${shown} (${near ? `is it --${near}?` : `rrf ${command} --help lists those there are`})`,
  );
}
