#!/usr/bin/env node
import { hideBin } from 'yargs/helpers';
import { runCommandLine } from './commandLine.ts';
import { failureOf } from './failure.ts';

// A reader that has seen enough, such as `head`, closes the pipe; that is not our error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  await runCommandLine(hideBin(process.argv));
} catch (error) {
  const { text, code } = failureOf(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = code;
}
