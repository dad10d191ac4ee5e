import yargs, { type Argv, type CommandModule } from 'yargs';
import { checkPlainText, oneLine, UserError } from '../errors.ts';
import { checkReserved, checkWords, type KnownOptions } from './checkWords.ts';
import { beQuiet } from './notices.ts';
import { version } from './version.ts';

/** Each command is loaded only when it is called, so that the closed form answers without waiting for TensorFlow. */
const commands = new Map<string, (words: readonly string[]) => Promise<CommandModule>>([
  ['theory', async () => (await import('./theory.ts')).theoryCommand as CommandModule],
  ['reproduce', async (words) => (await import('./reproduce.ts')).reproduceCommand(words) as CommandModule],
  ['train', async () => (await import('./train.ts')).trainCommand as CommandModule],
  ['apply', async () => (await import('./apply.ts')).applyCommand as CommandModule],
  ['tune', async () => (await import('./tune.ts')).tuneCommand as CommandModule],
  ['predict', async () => (await import('./predict.ts')).predictCommand as CommandModule],
  ['explain', async () => (await import('./explain.ts')).explainCommand as CommandModule],
  ['attack', async () => (await import('./attack.ts')).attackCommand as CommandModule],
  ['sweep', async () => (await import('./sweep.ts')).sweepCommand],
  ['explorer', async () => (await import('./explorer.ts')).explorerCommand as CommandModule],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand as CommandModule],
  ['provision', async () => (await import('./provision.ts')).provisionCommand as CommandModule],
]);

/**
 * Does what the words of a command line ask for.
 * @param given words after `rrf`; for none, help
 * @throws UserError for words that no command understands, before anything is computed; whatever the command throws
 */
export async function runCommandLine(given: readonly string[]): Promise<void> {
  const words = given.length === 0 ? ['--help'] : given;
  checkReserved(words);
  const columns = Math.max(0, Number(process.env.COLUMNS) || 0);
  const called = commands.get(words[0] ?? '');
  const cli = yargs([...words])
    .scriptName('rrf')
    .usage('$0 <command>\n\nAdversarial training of random-features models, beside its exact asymptotics.')
    .demandCommand(1, 'name a command; see rrf --help')
    .strict()
    .strictCommands()
    .recommendCommands()
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'only results and errors: no remarks, no progress',
    })
    .middleware((argv) => {
      const command = String(argv._[0] ?? '');
      if (commands.has(command)) checkWords(words, command, optionsOf(cli));
    }, true)
    .middleware(({ quiet, ...args }) => {
      beQuiet(quiet);
      for (const [name, value] of Object.entries(args))
        for (const text of [value].flat()) if (typeof text === 'string') checkPlainText(name, text);
    })
    .example('$0 theory --psi1 2 --psi2 3 --eps 0.5 --tau 0.5', 'both risks, in closed form')
    .example('$0 reproduce curse --quick', 'simulation beside theory')
    .version(version)
    .wrap(columns || Math.min(110, process.stdout.columns ?? 100))
    .parserConfiguration({ 'duplicate-arguments-array': false, 'dot-notation': false })
    .fail((message, error) => {
      throw error instanceof Error && error.name !== 'YError' ? error : new UserError(oneLine(message));
    });
  typesetNoHelpUnasked(cli);
  const needed = called ? [called] : words.join() === '--version' ? [] : commands.values();
  for (const load of needed) cli.command(await load(words));
  if (words[0] === '--get-yargs-completions')
    cli.completion('completion', (await import('./completions.ts')).completions);
  else cli.completion('completion', 'Print a script that completes commands and options in bash or zsh');
  await cli.parseAsync();
}

/** What yargs knows of the options of the command that is being parsed; its types leave this method out. */
const optionsOf = (cli: Argv): KnownOptions =>
  (cli as unknown as { getOptions(): KnownOptions }).getOptions();

/**
 * Keeps yargs from typesetting the help of a command before every run of it, for handlers that would show it, which none
 * does: tens of milliseconds, longer than the closed form takes. `--help` typesets its own.
 */
function typesetNoHelpUnasked(cli: Argv): void {
  type Internal = {
    getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
  };
  (cli as unknown as Internal).getInternalMethods().getUsageInstance().cacheHelpMessage = () => {};
}
