import { breathing } from '../training/breathing.ts';
import { candidatesOf, type TuneFamily, type TunePath } from './tuneCandidates.ts';
import { isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate } from './tuneOptions.ts';
import type { TuneProgressCount } from './tuneProgress.ts';
import { type PreparedRows, scoreByFolds, scoreLeftOut } from './tuneScores.ts';
import type { TuneStore } from './tuneStore.ts';

/** Standard errors within which a candidate whose leave-one-out is doubtful is scored again by folds. */
const REACH = 2;

/**
 * Scores all candidates of the paths. Those that the store holds are taken from there; others are added to it as they are
 * finished. Where leave-one-out is not to be trusted, and what it says would not rule the candidate out, folds take its place:
 * it is known to err downwards there.
 */
export async function scoreCandidates(
  paths: readonly TunePath[],
  rowsOf: (family: TuneFamily) => PreparedRows,
  settings: TableTuningSettings,
  { store, count }: { readonly store: TuneStore | null; readonly count: TuneProgressCount },
): Promise<ScoredCandidate[]> {
  const pause = breathing();
  const scorePath = async (
    path: TunePath,
    by: TuneEstimate,
    onScore: (score: ScoredCandidate) => void,
  ): Promise<ScoredCandidate[]> => {
    const known = candidatesOf(path).flatMap((candidate) => store?.find(candidate, by) ?? []);
    known.forEach(onScore);
    const missing = {
      ...path,
      epsilons: path.epsilons.filter((eps) => !known.some(({ candidate }) => candidate.eps === eps)),
    };
    if (missing.epsilons.length === 0) return known;
    const score = by === 'folds' ? scoreByFolds : scoreLeftOut;
    const scored = (one: ScoredCandidate): void => {
      store?.add(one);
      onScore(one);
    };
    return [...known, ...(await score(rowsOf(path.family), missing, settings, { scored, pause }))];
  };

  const found = new Map<TunePath, readonly ScoredCandidate[]>();
  for (const path of paths)
    found.set(path, await scorePath(path, settings.by, ({ candidate }) => count.finished(candidate)));
  const all = [...found.values()].flat();
  const sound = all.filter(isSound);
  const least = sound.length > 0 ? leastOf(sound) : null;
  const again = new Set(all.filter((score) => score.doubts.length > 0 && mayBeBest(score, least)));
  for (const [path, scores] of found) {
    const epsilons = scores.filter((score) => again.has(score)).map(({ candidate }) => candidate.eps);
    if (epsilons.length === 0) continue;
    const byFolds = await scorePath({ ...path, epsilons }, 'folds', () => {});
    found.set(path, [...scores.filter((score) => !again.has(score)), ...byFolds]);
  }
  return [...found.values()].flat();
}

function mayBeBest(score: ScoredCandidate, least: ScoredCandidate | null): boolean {
  if (score.fault !== null) return false;
  if (least === null) return true;
  const { value, standardError } = riskDifference(score, least);
  return value <= REACH * standardError;
}
