#!/usr/bin/env node
import { hideBin } from 'yargs/helpers';
import { runCommandLine } from './commandLine.ts';
import { failureOf } from './failure.ts';

// A reader that has seen enough, such as `head`, closes the pipe; that is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`rrf: cannot write to standard output: ${error.message}\n`, () => process.exit(2));
});
// Remarks and progress that nobody reads are no reason to leave work undone.
process.stderr.on('error', () => {});

try {
  await runCommandLine(hideBin(process.argv));
} catch (error) {
  const { text, code } = failureOf(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
