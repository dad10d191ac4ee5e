#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { UserError } from '../errors.ts';
import { doctorCommand } from './doctor.ts';
import { provisionCommand } from './provision.ts';
import { reproduceCommand } from './reproduce.ts';
import { theoryCommand } from './theory.ts';
import { version } from './version.ts';

/** One line and exit code 2 for what a user can mend; a stack trace and 1 for what we must. */
function fail(message: string | null, error: unknown): never {
  if (error !== undefined && !(error instanceof UserError)) {
    console.error(error);
    process.exit(1);
  }
  process.stderr.write(`rrf: ${error instanceof Error ? error.message : message}\n`);
  process.exit(2);
}

await yargs(hideBin(process.argv))
  .scriptName('rrf')
  .usage('$0 <command>\n\nAdversarial training of random-features models, beside its exact asymptotics.')
  .command(theoryCommand)
  .command(reproduceCommand)
  .command(doctorCommand)
  .command(provisionCommand)
  .demandCommand(1, 'name a command; see rrf --help')
  .strict()
  .version(version)
  .wrap(Math.min(110, process.stdout.columns ?? 100))
  .fail(fail)
  .parseAsync();
