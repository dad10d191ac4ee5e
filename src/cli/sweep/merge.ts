import type { CommandModule } from 'yargs';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { mergeSweep } from '../../sweep/sweepRows.ts';
import { notice } from '../notices.ts';
import { faultsSaid, sweepOptions } from './counting.ts';

export const mergeCommand: CommandModule<object, { out: string }> = {
  command: 'merge',
  describe: 'Gather the rows of all shards in cells.jsonl',
  builder: (yargs) =>
    yargs
      .option('out', sweepOptions.out)
      .example('$0 sweep merge --out results/sweep', 'after the shards have run'),
  async handler({ out }) {
    const rows = await mergeSweep(existingSweep(out), { onFaults: faultsSaid(), onWait: notice });
    process.stdout.write(`${rows} rows in ${out}/cells.jsonl\n`);
  },
};
