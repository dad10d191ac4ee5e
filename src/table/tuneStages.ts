import { stream } from '../random/stream.ts';
import { candidateName, candidatesOf, type TuneFamily, type TunePath } from './tuneCandidates.ts';
import { isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import { type PreparedRows, pick } from './tuneScores.ts';

/** The first part of the rows is smaller than the last by this factor, and so is the number of candidates that it leaves. */
const FACTOR = 4;
/** As many candidates are compared by the last part at least. */
const FEWEST = 8;
/** Standard errors of a difference within which a candidate may yet be the best. */
const REACH = 2;

/** Numbers of rows that candidates are compared by, one after the other: all of a table of up to `most` rows. */
export const stagesOf = (rows: number, most: number): readonly number[] =>
  rows <= most ? [rows] : [Math.ceil(most / FACTOR), most];

/**
 * A part of the rows of every family, the same ones; smaller parts are within larger ones. Standardised as all are.
 * @param count of rows; all of them as they are
 */
export function partOf(
  rowsOf: (family: TuneFamily) => PreparedRows,
  count: number,
  seed: number | string,
): (family: TuneFamily) => PreparedRows {
  const parts = new Map<PreparedRows, PreparedRows>();
  return (family) => {
    const all = rowsOf(family);
    if (count === all.n) return all;
    const part =
      parts.get(all) ?? pick(all, stream(seed, 'tune', 'rows').permutation(all.n).slice(0, count).sort());
    parts.set(all, part);
    return part;
  };
}

/**
 * Paths of the candidates that a part of the rows leaves for more of them (successive halving: Jamieson & Talwalkar 2016): those
 * within two standard errors of the least risk and not more than a quarter of all, the best of them; a few in any case.
 */
export function survivors(
  paths: readonly TunePath[],
  scores: readonly ScoredCandidate[],
): readonly TunePath[] {
  const sound = scores.filter(isSound);
  if (sound.length === 0) return paths;
  const least = leastOf(sound);
  const best = sound.toSorted((a, b) => a.robust.value - b.robust.value);
  const most = Math.max(FEWEST, Math.ceil(scores.length / FACTOR));
  const left = best.slice(0, most).filter((score, k) => {
    const { value, standardError } = riskDifference(score, least);
    return k < FEWEST || value <= REACH * standardError;
  });
  const names = new Set(left.map(({ candidate }) => candidateName(candidate)));
  return paths.flatMap((path) => {
    const epsilons = candidatesOf(path).flatMap((candidate) =>
      names.has(candidateName(candidate)) ? [candidate.eps] : [],
    );
    return epsilons.length === 0 ? [] : [{ ...path, epsilons }];
  });
}
