import type { Cell } from '../cell.ts';
import { cellSeconds } from '../cellSeconds.ts';

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

/** Quotes a word for a POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A Slurm job array: one task a shard. A task that is requeued goes on from its finished cells. */
export const slurmArray = (
  { rrf, spec, out, shards, runOptions }: JobOptions,
  directives: readonly string[],
): string =>
  [
    '#!/bin/bash',
    `#SBATCH --job-name=rrf-sweep`,
    `#SBATCH --array=1-${shards}`,
    `#SBATCH --output=${out}/slurm-%A-%a.log`,
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${rrf} sweep run ${quoted(spec)} --out ${quoted(out)} --shard "$SLURM_ARRAY_TASK_ID/${shards}" ${runOptions}`.trimEnd(),
    '',
  ].join('\n');

/** The job that gathers the shards, to be submitted with --dependency=afterany on the array. */
export const slurmMerge = ({ rrf, out }: JobOptions, directives: readonly string[]): string =>
  [
    '#!/bin/bash',
    '#SBATCH --job-name=rrf-merge',
    `#SBATCH --output=${out}/slurm-merge-%j.log`,
    ...directives.map((directive) => `#SBATCH ${directive}`),
    `exec ${rrf} sweep merge --out ${quoted(out)}`,
    '',
  ].join('\n');

/** The line that runs the sweep with GNU parallel: jobs that failed are run again by the same line. */
export const parallelLine = ({ rrf, spec, out, shards, runOptions }: JobOptions, jobs: number): string =>
  `parallel --jobs ${jobs} --joblog ${quoted(`${out}/parallel.log`)} --resume-failed ` +
  `${rrf} sweep run ${quoted(spec)} --out ${quoted(out)} --shard {}/${shards} ${runOptions} ::: $(seq ${shards})`;
