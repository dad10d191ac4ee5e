import type { CommandModule, InferredOptionTypes } from 'yargs';
import { cellSeconds } from '../../cells/cellSeconds.ts';
import { failureLine, runMissing } from '../../cells/node/runMissing.ts';
import { checkChoice, UserError } from '../../errors.ts';
import { DEVICE_CHOICES, type DeviceChoice, loadRuntime } from '../../runtime/index.ts';
import { cellsOfShard, parseShard, shardOfEnvironment } from '../../sweep/shards.ts';
import { beginSweep, readSpec, rowsFile, rowsFiles, sweepFor } from '../../sweep/sweepFolder.ts';
import { missingCells } from '../../sweep/sweepRows.ts';
import { fields, requiredFields } from '../../sweep/sweepSpec.ts';
import { announceRuntime } from '../announceRuntime.ts';
import { interruptible } from '../interruptible.ts';
import { notice, warn } from '../notices.ts';
import { deviceOption, flag, neededText, number, text } from '../options.ts';
import { duration, progressBar } from '../progressBar.ts';
import { version } from '../version.ts';
import { workersFor } from '../workers.ts';
import { counting } from './counting.ts';

const options = {
  out: neededText('output folder'),
  device: deviceOption,
  workers: number('workers', 'worker processes [one a core; one for cuda]'),
  shard: text('i/n: only the i-th of n parts [from Slurm or Kubernetes]'),
  'dry-run': flag('say how much there is to do, and stop'),
  json: flag('what was done as JSON on standard output'),
} as const;

const SPEC = `JSON file: {"seeds": 5, "cells": {...}}, in which every field of cells is a value, a list or a range {"from": 0.5, "to": 8, "count": 9, "scale": "log"}. Needed: ${requiredFields.join(', ')}; there are ${fields.filter((name) => !requiredFields.includes(name)).join(', ')}`;

export const runCommand: CommandModule<object, InferredOptionTypes<typeof options> & { spec: string }> = {
  command: 'run <spec>',
  describe: 'Simulate the cells of a sweep that its folder does not hold yet',
  builder: (yargs) =>
    yargs
      .positional('spec', { type: 'string', demandOption: true, describe: SPEC })
      .options(options)
      .example('$0 sweep run sweep.json --out results/sweep', 'run, or go on with, a sweep')
      .epilogue(
        'A file to begin with: {"seeds": 3, "cells": {"d": 50, "psi1": [1, 2, 4], "psi2": 2, "eps": [0, 0.3], "tau": 0.2, "norm": "linf", "method": "exact"}}',
      ),
  async handler(args) {
    const device: DeviceChoice = checkChoice('device', args.device, DEVICE_CHOICES);
    const shard = args.shard === undefined ? shardOfEnvironment(process.env) : parseShard(args.shard);
    const spec = readSpec(args.spec);
    const { out, cells, grownFrom } = sweepFor(spec, args.out);
    workersFor(device, args.workers);
    const mine = shard ? cellsOfShard(cells, shard) : cells;
    const runtime = await loadRuntime(device);
    announceRuntime(runtime);
    const workers = workersFor(runtime.device, args.workers);
    const part = shard ? ` in shard ${shard.index} of ${shard.count}` : '';
    const announce = (missing: number, estimatedSeconds: number): void => {
      const time = duration(estimatedSeconds / workers);
      notice(`${missing} of ${mine.length} cells to simulate${part}, about ${time} with ${workers} workers`);
    };
    if (args['dry-run']) {
      const missing = missingCells({ out, cells: mine }, { ...counting(undefined), device: runtime.device });
      announce(
        missing.length,
        missing.reduce((sum, cell) => sum + cellSeconds(cell), 0),
      );
      return;
    }
    let bar = progressBar(0, '');
    let total = 0;
    const running = () =>
      runMissing(mine, {
        out,
        file: rowsFile(shard),
        others: rowsFiles(out),
        runtime,
        workers,
        version,
        onRemark: warn,
        onStart({ cells: missing, estimatedSeconds }) {
          if (grownFrom !== undefined)
            notice(`the sweep in ${out} grows from ${grownFrom} to ${cells.length} cells`);
          beginSweep(spec, out);
          announce(missing, estimatedSeconds);
          total = missing;
          bar = progressBar(estimatedSeconds, 'sweep');
        },
        onCell: ({ cells: done, estimatedSeconds }) =>
          bar.update(estimatedSeconds, `${done} of ${total} cells`),
      });
    const kept = (): string => {
      bar.stop();
      return `finished cells are kept in ${out}, the same command goes on from there`;
    };
    const { seconds, failed } = await interruptible(kept, running);
    bar.stop();
    const before = mine.length - total;
    const simulated = total - failed.length;
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ out, cells: mine.length, before, simulated, failed, seconds })}\n`
        : `${simulated} cells simulated in ${duration(seconds)}, ${before} were there before; rows: ${out}/${rowsFile(shard)}\n`,
    );
    if (failed.length > 0) throw new UserError(failureLine(failed));
  },
};
