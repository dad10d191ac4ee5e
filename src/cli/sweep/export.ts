import { join } from 'node:path';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { sweepCsv } from '../../sweep/sweepRows.ts';
import { writeWholePieces } from '../../wholeFile.ts';
import { text } from '../options.ts';
import { counting, sweepOptions } from './counting.ts';

const options = {
  ...sweepOptions,
  csv: text('file to write [<out>/cells.csv]; without a name, standard output'),
} as const;

export const exportCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'export',
  describe: 'Write the finished cells as CSV',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 sweep export --out results/sweep --csv sweep.csv', 'a row for each cell'),
  handler({ out, csv = join(out, 'cells.csv'), device }) {
    const lines = sweepCsv(existingSweep(out), counting(device));
    if (csv === '' || csv === '-') for (const line of lines) process.stdout.write(line);
    else process.stdout.write(`${writeWholePieces(csv, lines) - 1} rows in ${csv}\n`);
  },
};
