import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkInteger } from '../../errors.ts';
import { parallelLine, suggestedShards } from '../../sweep/jobScripts.ts';
import { readSpec, sweepFor } from '../../sweep/sweepFolder.ts';
import { neededText, number, textOr } from '../options.ts';

const options = {
  out: neededText('output folder'),
  shards: number('shards', 'parts [about five minutes each]'),
  rrf: textOr('npx rrf', 'the command'),
} as const;

type ParallelArguments = InferredOptionTypes<typeof options> & { spec: string };

export const parallelCommand: CommandModule<object, ParallelArguments> = {
  command: 'parallel <spec>',
  describe: 'Print the line that runs a sweep with GNU parallel',
  builder: (yargs) =>
    yargs
      .positional('spec', { type: 'string', demandOption: true, describe: 'JSON file' })
      .options(options)
      .example(
        '$0 sweep parallel sweep.json --out results/sweep --shards 4',
        'four parts, as many at a time as cores',
      ),
  handler({ spec, out, shards, rrf }) {
    const { cells } = sweepFor(readSpec(spec), out);
    const count = shards === undefined ? suggestedShards(cells) : checkInteger('shards', shards);
    const job = { rrf, spec: resolve(spec), out: resolve(out), shards: count, runOptions: '--workers 1' };
    process.stdout.write(`${parallelLine(job, availableParallelism())}\n`);
  },
};
