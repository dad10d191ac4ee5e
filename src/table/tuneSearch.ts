import { breathing } from '../training/breathing.ts';
import { candidatesOf, type TuneCandidate, type TuneFamily, type TunePath } from './tuneCandidates.ts';
import { isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate } from './tuneOptions.ts';
import type { TuneProgressCount } from './tuneProgress.ts';
import { estimateFor, type PreparedRows, scorerBy } from './tuneScores.ts';
import type { SkippedCandidate } from './tuneScreen.ts';
import type { TuneStore } from './tuneStore.ts';

/** Standard errors of a difference within which a doubtful candidate may yet be the best. */
const REACH = 2;
// Of several values of these two that were tried in scripts/compareTuning.ts, those that skip most at no cost in regret, on the even
// splits as on the odd ones.
/** A side of a path is left where the risk has risen above the least on the path by more than so many standard errors. */
const RISEN = 1;
/** A path is left at its first candidate where that is worse by more than so many standard errors, and by this share of the least risk. */
const FAR = { errors: 1.5, share: 0.05 };

/** Scores, and candidates that were left out because of those of their neighbours. */
export interface Searched {
  readonly scores: readonly ScoredCandidate[];
  readonly skipped: readonly SkippedCandidate[];
}

/** Where scores are kept, and who counts them. */
export interface SearchPlaces {
  readonly store: TuneStore | null;
  readonly count: TuneProgressCount;
}

/**
 * Scores the candidates of the paths. Each path begins at the radius nearest to epsTest. Paths that begin far above the best
 * beginning are left there; on others the radius grows and shrinks until the risk has clearly risen above the least on the
 * path. Without a screen all candidates are scored.
 *
 * Those that the store holds are taken from there; others are added to it as they are finished. Where leave-one-out is not to
 * be trusted, and what it says would not rule the candidate out, folds take its place: it errs downwards there.
 */
export async function searchPaths(
  paths: readonly TunePath[],
  rowsOf: (family: TuneFamily) => PreparedRows,
  settings: TableTuningSettings,
  { store, count }: SearchPlaces,
): Promise<Searched> {
  const pause = breathing();
  const skipped: SkippedCandidate[] = [];
  const skip = (because: SkippedCandidate['because']) => (candidate: TuneCandidate) => {
    skipped.push({ candidate, because });
    count.finished(candidate);
  };
  /** From a candidate of the path to its score. */
  const scorerOf = (path: TunePath, asked: TuneEstimate) => {
    const by = estimateFor(asked, path.family, settings);
    const make = () => scorerBy(by, rowsOf(path.family), path.family, settings);
    let scorer: ReturnType<typeof make> | undefined;
    const passed: TuneCandidate[] = [];
    return async (candidate: TuneCandidate): Promise<ScoredCandidate> => {
      const known = store?.find(candidate, by);
      if (known) {
        passed.push(candidate);
        return known;
      }
      scorer ??= make();
      // Each solution starts from an earlier one of the path: an interrupted path is walked again, so that its end is the same.
      const { score: scored, pass } = await scorer;
      for (const earlier of passed.splice(0)) await pass(earlier);
      const score = await scored(candidate);
      store?.add(score);
      await pause();
      return score;
    };
  };
  const scoreAll = async (
    path: TunePath,
    candidates: readonly TuneCandidate[],
  ): Promise<ScoredCandidate[]> => {
    const score = scorerOf(path, settings.by);
    const scores: ScoredCandidate[] = [];
    for (const candidate of candidates) {
      scores.push(await score(candidate));
      count.finished(candidate);
    }
    return scores;
  };

  const searches = paths.map((path) => ({
    path,
    ...fromMiddle(candidatesOf(path), settings),
    scores: [] as ScoredCandidate[],
  }));
  for (const search of searches) search.scores.push(...(await scoreAll(search.path, search.first)));
  const beginnings = searches.flatMap(({ scores }) => scores).filter(isSound);
  const least = beginnings.length > 0 ? leastOf(beginnings) : null;
  for (const { path, sides, scores } of searches) {
    if (isFar(scores[0], least)) {
      sides.flat().forEach(skip('beginning'));
      continue;
    }
    const score = scorerOf(path, settings.by);
    for (const side of sides) {
      // Where the risk falls clearly on one side of the middle, it rises on the other.
      let risen = hasRisen(scores[0], scores);
      for (const candidate of side) {
        if (risen) {
          skip('rise')(candidate);
          continue;
        }
        const found = await score(candidate);
        count.finished(candidate);
        scores.push(found);
        risen = hasRisen(found, scores);
      }
    }
  }

  const all = searches.flatMap(({ scores }) => scores);
  const best = all.some(isSound) ? leastOf(all.filter(isSound)) : null;
  const scores: ScoredCandidate[] = [];
  for (const search of searches) {
    const byFolds = scorerOf(search.path, 'folds');
    for (const score of search.scores)
      scores.push(mayBeBestByFolds(score, best) ? await byFolds(score.candidate) : score);
  }
  return { scores, skipped };
}

/** The candidate at the radius nearest to that at test, and those on either side of it, nearest first. Without a screen all come first. */
function fromMiddle(
  candidates: readonly TuneCandidate[],
  { epsTest, screen }: Pick<TableTuningSettings, 'epsTest' | 'screen'>,
): { first: readonly TuneCandidate[]; sides: readonly (readonly TuneCandidate[])[] } {
  if (screen === null) return { first: candidates, sides: [] };
  const far = ({ eps }: TuneCandidate): number => Math.abs(eps - epsTest);
  const middle = candidates.reduce((near, one, k) => (far(one) < far(candidates[near]!) ? k : near), 0);
  return {
    first: [candidates[middle]!],
    sides: [candidates.slice(middle + 1), candidates.slice(0, middle).reverse()],
  };
}

/** Whether a path begins so far above the best beginning that it is not followed. */
function isFar(score: ScoredCandidate | undefined, least: ScoredCandidate | null): boolean {
  if (!score || !isSound(score) || least === null) return false;
  const { value, standardError } = riskDifference(score, least);
  return value > FAR.errors * standardError && value > FAR.share * least.robust.value;
}

/** Whether a candidate is clearly worse than the best so far on its path. */
function hasRisen(score: ScoredCandidate | undefined, path: readonly ScoredCandidate[]): boolean {
  const sound = path.filter(isSound);
  if (!score || !isSound(score) || sound.length === 0) return false;
  const { value, standardError } = riskDifference(score, leastOf(sound));
  return value > RISEN * standardError;
}

/** Whether leave-one-out is doubtful, and does not say all the same that the candidate is out of reach. */
function mayBeBestByFolds(score: ScoredCandidate, best: ScoredCandidate | null): boolean {
  if (score.fault !== null || score.doubts.length === 0) return false;
  if (best === null) return true;
  const { value, standardError } = riskDifference(score, best);
  return value <= REACH * standardError;
}
