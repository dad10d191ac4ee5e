import type { Cell } from '../cells/cell.ts';
import { cellSeconds } from '../cells/cellSeconds.ts';
import { cellKey } from '../cells/node/cellKey.ts';
import { InvalidArgumentError } from '../errors.ts';

/** One part of a sweep: the i-th of n, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** 'i/n' as a shard. @throws InvalidArgumentError for anything else */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (
    index === undefined ||
    count === undefined ||
    index < 1 ||
    index > count ||
    !Number.isSafeInteger(count)
  )
    throw new InvalidArgumentError('shard', text, 'i/n with 1 <= i <= n, such as 2/8');
  return { index, count };
}

/**
 * The shard that a job array gave this process: Slurm's variables, or Kubernetes' index of an indexed job together with
 * RRF_SHARDS, the number of its completions, which Kubernetes does not tell. Undefined where neither is set.
 */
export function shardOfEnvironment(env: Readonly<Record<string, string | undefined>>): Shard | undefined {
  const { SLURM_ARRAY_TASK_ID: id, SLURM_ARRAY_TASK_MAX: max, JOB_COMPLETION_INDEX, RRF_SHARDS } = env;
  if (id !== undefined && max !== undefined) {
    const [min, step] = [Number(env.SLURM_ARRAY_TASK_MIN ?? 1), Number(env.SLURM_ARRAY_TASK_STEP ?? 1)];
    const count = (Number(max) - min) / step + 1;
    // An array with holes, such as 3,7, does not say which of how many parts a task is.
    if (Number(env.SLURM_ARRAY_TASK_COUNT ?? count) !== count)
      throw new InvalidArgumentError(
        'SLURM_ARRAY_TASK_COUNT',
        env.SLURM_ARRAY_TASK_COUNT,
        `${count}, or --shard i/n`,
      );
    return parseShard(`${(Number(id) - min) / step + 1}/${count}`);
  }
  if (JOB_COMPLETION_INDEX !== undefined && RRF_SHARDS !== undefined)
    return parseShard(`${Number(JOB_COMPLETION_INDEX) + 1}/${RRF_SHARDS}`);
  return undefined;
}

/** Splits cells into shards of nearly equal estimated time: the longest first, each to the shard with least so far. */
export function cellsOfShard(cells: readonly Cell[], { index, count }: Shard): Cell[] {
  // The first cells go to the first shards: beyond the number of cells a shard stays empty.
  const load = new Float64Array(Math.min(count, cells.length));
  const ordered = cells
    .map((cell) => ({ cell, key: cellKey(cell), seconds: cellSeconds(cell) }))
    .sort((a, b) => b.seconds - a.seconds || (a.key < b.key ? -1 : 1));
  return ordered
    .filter(({ seconds }) => {
      const lightest = load.reduce((least, each, i) => (each < load[least]! ? i : least), 0);
      load[lightest]! += seconds;
      return lightest === index - 1;
    })
    .map(({ cell }) => cell);
}
