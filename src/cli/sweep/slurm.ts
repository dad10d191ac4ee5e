import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkInteger, counted, InvalidArgumentError, UserError } from '../../errors.ts';
import { MAX_SHARDS, slurmArray, slurmMerge, suggestedShards } from '../../sweep/jobScripts.ts';
import { beginSweep, readSpec, sweepFor } from '../../sweep/sweepFolder.ts';
import { writeWholeFile } from '../../wholeFile.ts';
import { flag, neededText, number, text, textOr } from '../options.ts';
import { repeatable } from '../repeatable.ts';

const options = {
  out: neededText('output folder that every node sees'),
  shards: number('shards', 'tasks of the array [about five minutes each]'),
  rrf: textOr('npx rrf', 'the command on the nodes'),
  'run-options': textOr('', "for each run: --run-options='--workers 2'"),
  sbatch: { ...text('directives: --sbatch=--partition=cpu'), array: true, default: [] as string[] },
  submit: flag('submit both jobs'),
} as const;

export const slurmCommand: CommandModule<object, InferredOptionTypes<typeof options> & { spec: string }> = {
  command: 'slurm <spec>',
  describe: 'Write, and submit, a Slurm job array for a sweep and the job that merges it',
  builder: (yargs) =>
    repeatable(yargs, 'sbatch')
      .positional('spec', { type: 'string', demandOption: true, describe: 'JSON file' })
      .options(options)
      .example(
        '$0 sweep slurm sweep.json --out results/slurm --sbatch=--time=01:00:00',
        'write both job scripts; --submit submits them',
      ),
  handler(args) {
    const out = resolve(args.out);
    const spec = readSpec(args.spec);
    const { cells } = sweepFor(spec, out);
    const most = maxArraySize();
    const shards =
      args.shards === undefined ? suggestedShards(cells, most) : checkInteger('shards', args.shards);
    if (shards > most)
      throw new InvalidArgumentError('shards', shards, `at most ${most}, below Slurm's MaxArraySize`);
    const job = { rrf: args.rrf, spec: resolve(args.spec), out, shards, runOptions: args['run-options'] };
    const [array, merge] = [join(out, 'array.sbatch'), join(out, 'merge.sbatch')];
    const [runs, gathers] = [slurmArray(job, args.sbatch), slurmMerge(job, args.sbatch)];
    beginSweep(spec, out);
    writeWholeFile(array, runs);
    writeWholeFile(merge, gathers);
    process.stdout.write(
      `${counted(cells.length, 'cell')} in ${counted(shards, 'shard')}: ${array}, ${merge}\n`,
    );
    if (!args.submit) return;
    const id = submit([array]);
    // The shards that failed are missing from the merged rows; `sweep status` says so.
    const merged = submit([`--dependency=afterany:${id}`, merge]);
    process.stdout.write(`submitted array ${id}, merge ${merged}\n`);
  },
};

function submit(args: readonly string[]): string {
  try {
    return execFileSync('sbatch', ['--parsable', ...args], { encoding: 'utf8', stdio: 'pipe' })
      .trim()
      .split(';')[0]!;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new UserError(
      code === 'ENOENT' ? 'sbatch is not on the PATH: submit on a Slurm node' : `sbatch: ${stderr?.trim()}`,
    );
  }
}

/** One below the cluster's MaxArraySize, the largest index; Slurm's default where there is no cluster to ask. */
function maxArraySize(): number {
  try {
    const config = execFileSync('scontrol', ['show', 'config'], { encoding: 'utf8', stdio: 'pipe' });
    return Number(/MaxArraySize\s*=\s*(\d+)/.exec(config)?.[1] ?? MAX_SHARDS + 1) - 1;
  } catch {
    return MAX_SHARDS;
  }
}
