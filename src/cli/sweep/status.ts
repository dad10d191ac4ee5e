import type { CommandModule } from 'yargs';
import { existingSweep } from '../../sweep/sweepFolder.ts';
import { sweepStatus } from '../../sweep/sweepRows.ts';
import { duration } from '../progressBar.ts';
import { counting } from './counting.ts';

export const statusCommand: CommandModule<
  object,
  { out: string; json: boolean; device: string | undefined }
> = {
  command: 'status',
  describe: 'Say how much of a sweep is done',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .option('device', { type: 'string', describe: 'engine whose rows count, where there are several' })
      .option('json', { type: 'boolean', default: false, describe: 'JSON on standard output' })
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
