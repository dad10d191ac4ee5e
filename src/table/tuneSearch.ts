import {
  candidatesOf,
  pathsByFamily,
  type TuneCandidate,
  type TuneFamily,
  type TunePath,
} from './tuneCandidates.ts';
import { isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings } from './tuneOptions.ts';
import type { TuneProgressCount } from './tuneProgress.ts';
import { canStay, type PreparedRows } from './tuneScores.ts';
import type { SkippedCandidate } from './tuneScreen.ts';
import type { TuneStore } from './tuneStore.ts';
import { type Score, storedScores } from './tuneStoredScores.ts';

/** Standard errors of a difference within which a doubtful candidate may yet be the best. */
const REACH = 2;
// Of several values of these two that were tried in scripts/compareTuning.ts, those that skip most at no cost in regret, on the even
// splits as on the odd ones.
/** A side of a path is left where the risk has risen above the least by more than so many standard errors. */
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

/** A path, and what has been found on it. */
interface Search {
  readonly path: TunePath;
  /** What is scored of it before anything is known of other paths. */
  readonly first: readonly TuneCandidate[];
  /** The others, nearest first. */
  readonly sides: readonly (readonly TuneCandidate[])[];
  readonly scores: ScoredCandidate[];
}

/**
 * Scores the candidates of the paths. Each path begins at the radius nearest to epsTest; of the same features those of large
 * penalties first, and of smaller ones none once the risk has risen far above the least. Then, that of least risk first, paths
 * that do not begin far above the least found so far are followed: the radius grows and shrinks until the risk has clearly risen
 * above the least on the path, or rises where it is clearly above the least of all. Without a screen all candidates are scored.
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
  const { by, screen } = settings;
  const scorerOf = storedScores(rowsOf, settings, store);
  const searches = paths.map(
    (path): Search => ({ path, ...fromMiddle(candidatesOf(path), settings), scores: [] }),
  );
  const skipped: SkippedCandidate[] = [];
  const skip = (because: SkippedCandidate['because']) => (candidate: TuneCandidate) => {
    skipped.push({ candidate, because });
    count.finished(candidate);
  };
  /** Of all paths, in the order of scoring. */
  const all: ScoredCandidate[] = [];
  const tried = async ({ scores }: Search, score: Score, candidate: TuneCandidate) => {
    const found = await score(candidate);
    count.finished(candidate);
    scores.push(found);
    all.push(found);
    return found;
  };

  // Family by family, whose candidates share their features.
  const families = pathsByFamily(paths).map((own) => searches.filter(({ path }) => own.includes(path)));
  const stay = screen !== null && paths.length > 0 && canStay(paths, rowsOf(paths[0]!.family));
  const staying = new Map<TuneFamily, Score>();
  for (const own of families) {
    const { family } = own[0]!.path;
    const score = scorerOf(family, by);
    let [before, risen]: [ScoredCandidate | undefined, boolean] = [undefined, false];
    for (const search of own) {
      if (risen) {
        candidatesOf(search.path).forEach(skip('beginning'));
        continue;
      }
      for (const candidate of search.first) await tried(search, score, candidate);
      const [beginning] = search.scores;
      risen = screen !== null && isAbove(beginning, before) && isFar(beginning, all);
      before = beginning;
    }
    if (stay) for (const { path } of own) staying.set(path.family, score);
  }
  // The others are compared with what is found on the most promising.
  const begun = searches.filter(({ scores }) => scores.length > 0).sort(byPromise);
  for (const search of begun) {
    const { path, sides, scores } = search;
    const [beginning] = scores;
    if (isFar(beginning, all)) {
      sides.flat().forEach(skip('beginning'));
      continue;
    }
    const score = staying.get(path.family) ?? scorerOf(path.family, by);
    for (const side of sides) {
      // Where the risk falls clearly on one side of the middle, it rises on the other.
      let [before, risen] = [beginning, hasRisen(beginning, scores)];
      for (const candidate of side) {
        if (risen) {
          skip('rise')(candidate);
          continue;
        }
        const found = await tried(search, score, candidate);
        risen = hasRisen(found, scores) || (isAbove(found, before) && hasRisen(found, all));
        before = found;
      }
    }
  }

  const best = leastSound(all);
  for (const own of families) {
    const byFolds = scorerOf(own[0]!.path.family, 'folds');
    for (const { scores } of own)
      for (const [k, score] of scores.entries())
        if (mayBeBestByFolds(score, best)) scores[k] = await byFolds(score.candidate);
  }
  return { scores: searches.flatMap(({ scores }) => scores), skipped };
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

/** Whether a candidate is so far above the best of these that its path is not followed. */
const isFar = (score: ScoredCandidate | undefined, others: readonly ScoredCandidate[]): boolean =>
  exceeds(score, others, FAR);

/** Whether a candidate is clearly worse than the best of these. */
const hasRisen = (score: ScoredCandidate | undefined, others: readonly ScoredCandidate[]): boolean =>
  exceeds(score, others, { errors: RISEN, share: 0 });

/** Whether a risk exceeds the least of others by so many standard errors of the difference, and by this share. */
function exceeds(
  score: ScoredCandidate | undefined,
  others: readonly ScoredCandidate[],
  { errors, share }: typeof FAR,
): boolean {
  const least = leastSound(others);
  if (!score || !isSound(score) || least === null) return false;
  const { value, standardError } = riskDifference(score, least);
  return value > errors * standardError && value > share * least.robust.value;
}

/** Whether a candidate is any worse than the one before it, where both estimates are sound. */
const isAbove = (score: ScoredCandidate | undefined, before: ScoredCandidate | undefined): boolean =>
  [score, before].every((one) => one !== undefined && isSound(one)) &&
  score!.robust.value > before!.robust.value;

const leastSound = (scores: readonly ScoredCandidate[]): ScoredCandidate | null => {
  const sound = scores.filter(isSound);
  return sound.length > 0 ? leastOf(sound) : null;
};

/** That of the least first risk first, those whose first estimate is not sound last. */
function byPromise({ scores: [a] }: Search, { scores: [b] }: Search): number {
  const [soundA, soundB] = [isSound(a!), isSound(b!)];
  return soundA && soundB ? a!.robust.value - b!.robust.value : Number(soundB) - Number(soundA);
}

/** Whether leave-one-out is doubtful, and does not say all the same that the candidate is out of reach. */
function mayBeBestByFolds(score: ScoredCandidate, best: ScoredCandidate | null): boolean {
  if (score.fault !== null || score.doubts.length === 0) return false;
  if (best === null) return true;
  const { value, standardError } = riskDifference(score, best);
  return value <= REACH * standardError;
}
