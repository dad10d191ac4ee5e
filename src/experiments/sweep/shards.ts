import { InvalidArgumentError } from '../../errors.ts';
import { type Cell, cellKey, cellSeconds } from '../cell.ts';

/** One part of a sweep: the i-th of n, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** 'i/n' as a shard. @throws InvalidArgumentError for anything else */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError('shard', text, 'i/n with 1 <= i <= n, such as 2/8');
  return { index, count };
}

/**
 * The shard that a job array gave this process: Slurm's variables, or Kubernetes' index of an indexed job together with
 * RRF_SHARDS, the number of its completions, which Kubernetes does not tell. Undefined where neither is set.
 */
export function shardOfEnvironment(env: Readonly<Record<string, string | undefined>>): Shard | undefined {
  const {
    SLURM_ARRAY_TASK_ID,
    SLURM_ARRAY_TASK_MIN,
    SLURM_ARRAY_TASK_MAX,
    JOB_COMPLETION_INDEX,
    RRF_SHARDS,
  } = env;
  if (SLURM_ARRAY_TASK_ID !== undefined && SLURM_ARRAY_TASK_MAX !== undefined) {
    const first = Number(SLURM_ARRAY_TASK_MIN ?? 1);
    return {
      index: Number(SLURM_ARRAY_TASK_ID) - first + 1,
      count: Number(SLURM_ARRAY_TASK_MAX) - first + 1,
    };
  }
  if (JOB_COMPLETION_INDEX !== undefined && RRF_SHARDS !== undefined)
    return parseShard(`${Number(JOB_COMPLETION_INDEX) + 1}/${RRF_SHARDS}`);
  return undefined;
}

/** Splits cells into shards of nearly equal estimated time: the longest first, each to the shard with least so far. */
export function cellsOfShard(cells: readonly Cell[], { index, count }: Shard): Cell[] {
  const load = new Float64Array(count);
  const ordered = cells
    .map((cell) => ({ cell, key: cellKey(cell), seconds: cellSeconds(cell) }))
    .sort((a, b) => b.seconds - a.seconds || (a.key < b.key ? -1 : 1));
  return ordered
    .filter(({ seconds }) => {
      const lightest = load.indexOf(Math.min(...load));
      load[lightest]! += seconds;
      return lightest === index - 1;
    })
    .map(({ cell }) => cell);
}
