import type { CommandModule } from 'yargs';
import { exportCommand } from './sweep/export.ts';
import { mergeCommand } from './sweep/merge.ts';
import { parallelCommand } from './sweep/parallel.ts';
import { plotCommand } from './sweep/plot.ts';
import { runCommand } from './sweep/run.ts';
import { slurmCommand } from './sweep/slurm.ts';
import { statusCommand } from './sweep/status.ts';

export const sweepCommand: CommandModule = {
  command: 'sweep',
  describe: 'Simulate any product of settings, on one machine or many',
  builder: (yargs) =>
    [runCommand, statusCommand, mergeCommand, exportCommand, plotCommand, slurmCommand, parallelCommand]
      .reduce((cli, command) => cli.command(command as CommandModule), yargs)
      .example('$0 sweep run sweep.json --out results/sweep', 'run, or go on with, a sweep')
      .demandCommand(1, 'name what to do with the sweep; see rrf sweep --help'),
  handler() {},
};
