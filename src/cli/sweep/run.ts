import type { CommandModule } from 'yargs';
import { checkChoice } from '../../errors.ts';
import { runMissing } from '../../experiments/runMissing.ts';
import { cellsOfShard, parseShard, shardOfEnvironment } from '../../experiments/sweep/shards.ts';
import { openSweep, readSpec, rowsFile } from '../../experiments/sweep/sweepFolder.ts';
import { announceRuntime, DEVICE_CHOICES, type DeviceChoice, loadRuntime } from '../../runtime/index.ts';
import { duration, progressBar } from '../progressBar.ts';
import { version } from '../version.ts';
import { workersFor } from '../workers.ts';

interface RunArgs {
  spec: string;
  out: string;
  device: string;
  workers: number | undefined;
  shard: string | undefined;
  'dry-run': boolean;
  json: boolean;
}

export const runCommand: CommandModule<object, RunArgs> = {
  command: 'run <spec>',
  describe: 'Simulate the cells of a sweep that its folder does not hold yet',
  builder: (yargs) =>
    yargs
      .positional('spec', { type: 'string', demandOption: true, describe: 'JSON file' })
      .option('out', { type: 'string', demandOption: true, describe: 'output folder' })
      .option('device', { type: 'string', default: 'auto', describe: DEVICE_CHOICES.join(', ') })
      .option('workers', { type: 'number', describe: 'worker processes [one a core; one for cuda]' })
      .option('shard', {
        type: 'string',
        describe: 'i/n: only the i-th of n parts [from Slurm or Kubernetes]',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'say how much there is to do, and stop',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'what was done as JSON on standard output',
      })
      .example('$0 sweep run sweep.json --out results/sweep', 'run, or go on with, a sweep'),
  async handler(args) {
    const device: DeviceChoice = checkChoice('device', args.device, DEVICE_CHOICES);
    const shard = args.shard === undefined ? shardOfEnvironment(process.env) : parseShard(args.shard);
    const { out, cells } = openSweep(readSpec(args.spec), args.out);
    const mine = shard ? cellsOfShard(cells, shard) : cells;
    const runtime = await loadRuntime(device);
    announceRuntime(runtime);
    const workers = workersFor(runtime.device, args.workers);
    let bar = progressBar(0, '');
    let [total, before] = [0, 0];
    process.once('SIGINT', () => {
      bar.stop();
      process.stderr.write(
        `\ninterrupted; finished cells are kept in ${out}, the same command goes on from there\n`,
      );
      process.exit(130);
    });
    const { seconds } = await runMissing(mine, {
      out,
      file: rowsFile(shard),
      runtime,
      workers: args['dry-run'] ? 0 : workers,
      version,
      onStart({ cells: missing, estimatedSeconds }) {
        const part = shard ? ` in shard ${shard.index} of ${shard.count}` : '';
        const time = duration(estimatedSeconds / workers);
        process.stderr.write(
          `${missing} of ${mine.length} cells to simulate${part}, about ${time} with ${workers} workers\n`,
        );
        [total, before] = [missing, mine.length - missing];
        bar = progressBar(args['dry-run'] ? 0 : estimatedSeconds, 'sweep');
      },
      onCell: ({ cells: done, estimatedSeconds }) =>
        bar.update(estimatedSeconds, `${done} of ${total} cells`),
    });
    bar.stop();
    const done = args['dry-run'] ? 0 : total;
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ out, cells: mine.length, before, simulated: done, seconds })}\n`
        : `${done} cells simulated in ${duration(seconds)}, ${before} were there before; rows: ${out}/${rowsFile(shard)}\n`,
    );
  },
};
