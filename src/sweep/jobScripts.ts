import type { Cell } from '../cells/cell.ts';
import { cellSeconds } from '../cells/cellSeconds.ts';
import { checkPlainText, InvalidArgumentError } from '../errors.ts';
import { quoted } from '../plots/shellWord.ts';

export interface JobOptions {
  /** The command that runs rrf on the nodes, such as 'npx rrf'. */
  readonly rrf: string;
  /** Absolute paths that every node sees. */
  readonly spec: string;
  readonly out: string;
  readonly shards: number;
  /** Passed on to every run, such as '--device cpu --workers 2'. */
  readonly runOptions: string;
}

/** How long a shard should take at least: a job's start costs about a second, and an array must not be too long. */
const SECONDS_PER_SHARD = 300;
/** One below Slurm's default MaxArraySize, which bounds the largest index. */
export const MAX_SHARDS = 1000;

/** A number of shards that take about five minutes each. */
export function suggestedShards(cells: readonly Cell[], most = MAX_SHARDS): number {
  const seconds = cells.reduce((sum, cell) => sum + cellSeconds(cell), 0);
  return Math.max(1, Math.min(most, cells.length, Math.ceil(seconds / SECONDS_PER_SHARD)));
}

/**
 * The name of a log in the folder as an #SBATCH line has it. Slurm reads these lines itself, without a shell: a word may
 * stand in double quotes, with a backslash before one that belongs to it, and % begins a pattern such as %A. A backslash
 * that is left in the name would make all patterns plain text.
 */
function slurmLog(out: string, pattern: string): string {
  if (out.includes('\\'))
    throw new InvalidArgumentError(
      'out',
      out,
      'a folder without a backslash, which Slurm reads in its own way',
    );
  return `"${out.replaceAll('%', '%%').replaceAll('"', '\\"')}/${pattern}"`;
}

/** Scripts are lines: none of what goes into them may end one. */
function checkLines({ rrf, spec, out, runOptions }: JobOptions, directives: readonly string[] = []): void {
  for (const [name, text] of Object.entries({ rrf, spec, out, 'run-options': runOptions }))
    checkPlainText(name, text);
  for (const directive of directives)
    if (!checkPlainText('sbatch', directive).startsWith('-'))
      throw new InvalidArgumentError('sbatch', directive, 'a directive such as --partition=cpu');
}

/** A Slurm job array: one task a shard. A task that is requeued goes on from its finished cells. */
export function slurmArray(job: JobOptions, directives: readonly string[]): string {
  checkLines(job, directives);
  const { rrf, spec, out, shards, runOptions } = job;
  return [
    '#!/bin/bash',
    `#SBATCH --job-name=rrf-sweep`,
    `#SBATCH --array=1-${shards}`,
    `#SBATCH --output=${slurmLog(out, 'slurm-%A-%a.log')}`,
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${rrf} sweep run ${quoted(spec)} --out ${quoted(out)} --shard "$SLURM_ARRAY_TASK_ID/${shards}" ${runOptions}`.trimEnd(),
    '',
  ].join('\n');
}

/** The job that gathers the shards, to be submitted with --dependency=afterany on the array. */
export function slurmMerge(job: JobOptions, directives: readonly string[]): string {
  checkLines(job, directives);
  return [
    '#!/bin/bash',
    '#SBATCH --job-name=rrf-merge',
    `#SBATCH --output=${slurmLog(job.out, 'slurm-merge-%j.log')}`,
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${job.rrf} sweep merge --out ${quoted(job.out)}`,
    '',
  ].join('\n');
}

/**
 * The line that runs the sweep with GNU parallel: jobs that failed are run again by the same line. GNU parallel looks for
 * replacement strings in its command ({/}, {= perl =}) and hands it to a shell, so the paths are not in it: they come as
 * variables, which that shell fills in unread.
 */
export function parallelLine(job: JobOptions, jobs: number): string {
  checkLines(job);
  const { rrf, spec, out, shards, runOptions } = job;
  const command =
    `${rrf} sweep run "$RRF_SPEC" --out "$RRF_OUT" --shard {}/${shards} ${runOptions}`.trimEnd();
  return [
    `mkdir -p ${quoted(out)} &&`,
    `env PARALLEL_SHELL=/bin/sh ${quoted(`RRF_SPEC=${spec}`)} ${quoted(`RRF_OUT=${out}`)}`,
    `parallel --jobs ${jobs} --joblog ${quoted(`${out}/parallel.log`)} --resume-failed`,
    `${quoted(command)} ::: $(seq ${shards})`,
  ].join(' ');
}
