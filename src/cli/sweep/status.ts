import type { CommandModule } from 'yargs';
import { existingSweep } from '../../experiments/sweep/sweepFolder.ts';
import { sweepStatus } from '../../experiments/sweep/sweepRows.ts';
import { duration } from '../progressBar.ts';
import { version } from '../version.ts';

export const statusCommand: CommandModule<object, { out: string; json: boolean }> = {
  command: 'status',
  describe: 'Say how much of a sweep is done',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the sweep' })
      .option('json', { type: 'boolean', default: false, describe: 'JSON on standard output' }),
  handler({ out, json }) {
    const status = sweepStatus(existingSweep(out), version);
    const { cells, finished, unconverged, seconds } = status;
    process.stdout.write(
      json
        ? `${JSON.stringify(status)}\n`
        : `${finished} of ${cells} cells finished in ${duration(seconds)} of one worker's time; ${unconverged} did not converge\n`,
    );
  },
};
