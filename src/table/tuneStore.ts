import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, lockFile } from '../cells/node/fileLock.ts';
import { hashedLine, hashOf, linesOf, setLinesAside } from '../cells/node/hashedLines.ts';
import type { Table } from '../data/table.ts';
import type { Estimate } from '../numerics/estimate.ts';
import { makeFolder, naming } from '../wholeFile.ts';
import type { TuneCandidate } from './tuneCandidates.ts';
import type { ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate } from './tuneOptions.ts';

/** Finished candidates in a file of JSON lines, each there whole or not at all. */
export interface TuneStore {
  /** The candidate's score by that estimate, where the folder holds it. */
  find(candidate: TuneCandidate, by: TuneEstimate): ScoredCandidate | undefined;
  /** @throws UserError when another run has taken the file meanwhile, or it cannot be written */
  add(score: ScoredCandidate): void;
}

/** The file of a folder, and how to leave it. */
export interface TuneFile {
  /** Numbers of lines that were damaged; they now lie in `candidates.jsonl.damaged`, and their candidates are scored again. */
  readonly damaged: readonly number[];
  /** The scores of one problem: rows of another table, split or setting do not count. */
  storeFor(problem: object): TuneStore;
  release(): void;
}

/** Counts up when scores come to mean something else. */
const FORMAT = 3;
const FILE = 'candidates.jsonl';

interface Row {
  readonly key: string;
  readonly score: ScoredCandidate;
}

/**
 * Opens (or creates) the file of finished candidates in a folder, which no other process may write meanwhile.
 * @throws UserError when the folder cannot be written, or another run is writing it
 */
export async function openTuneFile(folder: string): Promise<TuneFile> {
  makeFolder(folder);
  const path = join(folder, FILE);
  const lock: FileLock = await lockFile(path);
  naming('write', path, () => appendFileSync(path, ''));
  const damaged = setLinesAside(path, (line) => rowOf(line) !== null);
  const scores = new Map<string, ScoredCandidate>();
  for (const line of linesOf(path)) {
    const row = rowOf(line);
    if (row) scores.set(row.key, row.score);
  }
  return {
    damaged,
    storeFor: (problem) => ({
      find: (candidate, by) => scores.get(keyOf(problem, candidate, by)),
      add(score) {
        const key = keyOf(problem, score.candidate, score.by);
        lock.check();
        naming('write', path, () => appendFileSync(path, hashedLine({ key, score })));
        scores.set(key, score);
      },
    }),
    release: () => lock.release(),
  };
}

/**
 * What scores depend on besides the candidate: the training rows, whether their targets are classes, and how they are scored.
 * @param rows by how many of them
 */
export function tuneProblem(
  train: Table,
  { epsTest, norm, measure, folds, seed, classes }: TableTuningSettings,
  rows: number,
): object {
  const values = createHash('sha256').update(new Uint8Array(train.values.buffer)).digest('hex').slice(0, 16);
  return {
    ...{ rows: train.rows, names: train.names, values },
    ...{ epsTest, norm, measure, folds, seed, classes },
    ...(rows < train.rows ? { part: rows } : {}),
  };
}

const keyOf = (problem: object, candidate: TuneCandidate, by: TuneEstimate): string =>
  hashOf(JSON.parse(JSON.stringify({ format: FORMAT, problem, candidate, by })));

/** The row that a line is; null when it is none, or no longer what was written. */
function rowOf(line: string): Row | null {
  try {
    const { hash, ...row } = JSON.parse(line) as Row & { hash: string };
    if (hash !== hashOf(row) || typeof row.key !== 'string') return null;
    const { score } = row;
    return {
      key: row.key,
      score: { ...score, clean: estimateOf(score.clean), robust: estimateOf(score.robust) },
    };
  } catch {
    return null;
  }
}

/** JSON has no NaN and writes null for it. */
const estimateOf = ({ value, standardError, count }: Estimate): Estimate => ({
  value: value ?? Number.NaN,
  standardError: standardError ?? Number.NaN,
  count,
});
