import type { CommandModule } from 'yargs';
import { existingSweep } from '../../experiments/sweep/sweepFolder.ts';
import { mergeSweep } from '../../experiments/sweep/sweepRows.ts';

export const mergeCommand: CommandModule<object, { out: string }> = {
  command: 'merge',
  describe: 'Gather the rows of all shards in cells.jsonl',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .example('$0 sweep merge --out results/sweep', 'after the shards have run'),
  handler({ out }) {
    process.stdout.write(`${mergeSweep(existingSweep(out))} rows in ${out}/cells.jsonl\n`);
  },
};
