#!/usr/bin/env node
import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { checkPlainText, UserError } from '../errors.ts';
import { beQuiet } from './notices.ts';
import { version } from './version.ts';

/** Each command is loaded only when it is called, so that the closed form answers without waiting for TensorFlow. */
const commands = new Map([
  ['theory', async () => (await import('./theory.ts')).theoryCommand as CommandModule],
  ['reproduce', async () => (await import('./reproduce.ts')).reproduceCommand as CommandModule],
  ['train', async () => (await import('./train.ts')).trainCommand as CommandModule],
  ['predict', async () => (await import('./predict.ts')).predictCommand as CommandModule],
  ['attack', async () => (await import('./attack.ts')).attackCommand as CommandModule],
  ['sweep', async () => (await import('./sweep.ts')).sweepCommand],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand as CommandModule],
  ['provision', async () => (await import('./provision.ts')).provisionCommand as CommandModule],
]);

/** One line and exit code 2 for what a user can mend; a stack trace and 1 for what we must. */
function report(error: unknown): void {
  // yargs makes an error of its own, a YError, of what an option's `coerce` throws.
  const mendable = error instanceof UserError || (error instanceof Error && error.name === 'YError');
  if (mendable) process.stderr.write(`rrf: ${error.message}\n`);
  else console.error(error);
  process.exitCode = mendable ? 2 : 1;
}

// A reader that has seen enough, such as `head`, closes the pipe; that is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const words = hideBin(process.argv);
const columns = Math.max(0, Number(process.env.COLUMNS) || 0);
const called = commands.get(words[0] ?? '');
const cli = yargs(words)
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
  .middleware(({ quiet, ...args }) => {
    if (quiet) beQuiet();
    for (const [name, value] of Object.entries(args))
      for (const text of [value].flat()) if (typeof text === 'string') checkPlainText(name, text);
  })
  .example('$0 theory --psi1 2 --psi2 3 --eps 0.5 --tau 0.5', 'both risks, in closed form')
  .example('$0 reproduce curse --quick', 'simulation beside theory')
  .version(version)
  .wrap(columns || Math.min(110, process.stdout.columns ?? 100))
  .parserConfiguration({ 'duplicate-arguments-array': false })
  .fail((message, error) => {
    throw error ?? new UserError(message);
  });
for (const load of called ? [called] : commands.values()) cli.command(await load());
if (words[0] === '--get-yargs-completions')
  cli.completion('completion', (await import('./completions.ts')).completions);
else cli.completion('completion', 'Print a script that completes commands and options in bash or zsh');
try {
  await cli.parseAsync();
} catch (error) {
  report(error);
}
