import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { sweepCsv } from '../../sweep/sweepRows.ts';
import { writeWholePieces } from '../../wholeFile.ts';
import { counting } from './counting.ts';

export const exportCommand: CommandModule<
  object,
  { out: string; csv: string | undefined; device: string | undefined }
> = {
  command: 'export',
  describe: 'Write the finished cells as CSV',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .option('device', { type: 'string', describe: 'engine whose rows count, where there are several' })
      .option('csv', {
        type: 'string',
        describe: 'file to write [<out>/cells.csv]; without a name, standard output',
      })
      .example('$0 sweep export --out results/sweep --csv sweep.csv', 'a row for each cell'),
  handler({ out, csv = join(out, 'cells.csv'), device }) {
    const lines = sweepCsv(existingSweep(out), counting(device));
    if (csv === '' || csv === '-') for (const line of lines) process.stdout.write(line);
    else process.stdout.write(`${writeWholePieces(csv, lines) - 1} rows in ${csv}\n`);
  },
};
