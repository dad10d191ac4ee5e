import type { CommandModule, InferredOptionTypes } from 'yargs';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { sweepStatus } from '../../sweep/sweepRows.ts';
import { jsonOption } from '../options.ts';
import { duration } from '../progressBar.ts';
import { counting, sweepOptions } from './counting.ts';

const options = { ...sweepOptions, json: jsonOption } as const;

export const statusCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'status',
  describe: 'Say how much of a sweep is done',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 sweep status --out results/sweep', 'finished cells, and those that did not converge'),
  handler({ out, json, device }) {
    const status = sweepStatus(existingSweep(out), counting(device));
    const { cells, finished, unconverged, seconds } = status;
    process.stdout.write(
      json
        ? `${JSON.stringify(status)}\n`
        : `${finished} of ${cells} cells finished in ${duration(seconds)} of one worker's time; ${unconverged} did not converge\n`,
    );
  },
};
