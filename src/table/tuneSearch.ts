import {
  candidatesOf,
  pathsByFamily,
  type TuneCandidate,
  type TuneFamily,
  type TunePath,
} from './tuneCandidates.ts';
import { chooseCandidate, isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import { type TableTuningSettings, tuneRules } from './tuneOptions.ts';
import type { TuneProgressCount } from './tuneProgress.ts';
import { canStay, type PreparedRows, type Score } from './tuneScores.ts';
import type { SkippedCandidate } from './tuneScreen.ts';
import type { TuneStore } from './tuneStore.ts';
import { storedScores } from './tuneStoredScores.ts';

/** Standard errors of a difference within which a doubtful candidate may yet be the best. */
const REACH = 2;
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
  /** In the order of eps. */
  readonly candidates: readonly TuneCandidate[];
  /** In the order of scoring; candidates that are not in it have been skipped. */
  readonly scores: ScoredCandidate[];
}

/**
 * Scores the candidates of the paths. Each path begins at the radius nearest to epsTest; of the same features those of large
 * penalties first, and of smaller ones none once the risk has risen far above the least. Then, that of least risk first, paths
 * that do not begin far above the least found so far are followed in double steps of the radius, upwards and, where that finds
 * nothing better, downwards, until the risk rises: with the same rows and features it falls and rises but once. Last come radii
 * next to those that the rules would choose, as long as they choose others. Without a screen all candidates are scored.
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
  const { by, screen, epsTest } = settings;
  const searches = paths.map((path): Search => ({ path, candidates: candidatesOf(path), scores: [] }));
  const families = pathsByFamily(paths).map((own) => searches.filter(({ path }) => own.includes(path)));
  const all = (): ScoredCandidate[] => searches.flatMap(({ scores }) => scores);

  // Families keep their features, or the last one does.
  const scorerOf = storedScores(rowsOf, settings, store);
  const stay = screen !== null && paths.length > 0 && canStay(paths, rowsOf(paths[0]!.family));
  const scorers = new Map<TuneFamily, Score>();
  function scorerFor(family: TuneFamily): Score {
    const known = scorers.get(family);
    if (known) return known;
    if (!stay) scorers.clear();
    const score = scorerOf(family, by);
    scorers.set(family, score);
    return score;
  }
  const counted = new Set<TuneCandidate>();
  function finished(candidate: TuneCandidate): void {
    if (!counted.has(candidate)) count.finished(candidate);
    counted.add(candidate);
  }
  async function tried({ path, scores }: Search, candidate: TuneCandidate): Promise<ScoredCandidate> {
    const found = await scorerFor(path.family)(candidate);
    finished(candidate);
    scores.push(found);
    return found;
  }

  for (const own of families) {
    let before: ScoredCandidate | undefined;
    for (const search of own) {
      const { candidates, scores } = search;
      const first = screen === null ? candidates : [candidates[nearest(candidates, epsTest)]!];
      for (const candidate of first) await tried(search, candidate);
      const [beginning] = scores;
      if (screen !== null && isAbove(beginning, before) && isFar(beginning, all())) break;
      before = beginning;
    }
  }

  async function follow(search: Search): Promise<void> {
    const { candidates, scores } = search;
    const [beginning] = scores;
    const middle = nearest(candidates, epsTest);
    for (const side of [candidates.slice(middle + 1), candidates.slice(0, middle).reverse()]) {
      let before = beginning;
      for (const candidate of inDoubleSteps(side)) {
        const found = await tried(search, candidate);
        if (isAbove(found, before)) break;
        before = found;
      }
      // Where the risk falls on one side, it rises on the other.
      if (scores.some((one) => isAbove(beginning, one))) break;
    }
  }
  if (screen !== null)
    // The others are compared with what is found on the most promising.
    for (const search of searches.filter(({ scores }) => scores.length > 0).sort(byPromise)) {
      if (!isFar(search.scores[0], all())) await follow(search);
      search.candidates.forEach(finished);
    }

  for (;;) {
    await replaceDoubtful();
    const near = nextToChoices(searches, all());
    if (near.length === 0) break;
    for (const [search, candidate] of near) await tried(search, candidate);
  }
  async function replaceDoubtful(): Promise<void> {
    const best = leastSound(all());
    for (const own of families) {
      const byFolds = scorerOf(own[0]!.path.family, 'folds');
      for (const { scores } of own)
        for (const [k, score] of scores.entries())
          if (mayBeBestByFolds(score, best)) scores[k] = await byFolds(score.candidate);
    }
  }

  const skipped = searches.flatMap((search) => {
    const because = search.scores.length > 1 ? 'rise' : 'beginning';
    const left = search.candidates.filter((candidate) => !isScored(search, candidate));
    left.forEach(finished);
    return left.map((candidate): SkippedCandidate => ({ candidate, because }));
  });
  return { scores: all(), skipped };
}

/** Position of the candidate at the radius nearest to one. */
function nearest(candidates: readonly TuneCandidate[], radius: number): number {
  const far = ({ eps }: TuneCandidate): number => Math.abs(eps - radius);
  return candidates.reduce((near, one, k) => (far(one) < far(candidates[near]!) ? k : near), 0);
}

/** Every second candidate of a side, nearest first, and the last. */
const inDoubleSteps = (side: readonly TuneCandidate[]): readonly TuneCandidate[] =>
  side.filter((_, k) => k % 2 === 1 || k === side.length - 1);

const isScored = ({ scores }: Search, { eps }: TuneCandidate): boolean =>
  scores.some(({ candidate }) => candidate.eps === eps);

/** Candidates not scored yet at the radii on either side of what the rules would choose. */
function nextToChoices(
  searches: readonly Search[],
  scores: readonly ScoredCandidate[],
): [search: Search, candidate: TuneCandidate][] {
  if (!scores.some(isSound)) return [];
  const chosen = new Set(tuneRules.map((rule) => chooseCandidate(scores, rule).chosen));
  return searches.flatMap((search) => {
    const radii = search.scores.filter((score) => chosen.has(score)).map(({ candidate }) => candidate.eps);
    const isNext = (_: TuneCandidate, k: number): boolean =>
      [k - 1, k + 1].some((at) => at in search.candidates && radii.includes(search.candidates[at]!.eps));
    return search.candidates
      .filter((candidate, k) => isNext(candidate, k) && !isScored(search, candidate))
      .map((candidate): [Search, TuneCandidate] => [search, candidate]);
  });
}

/** Whether a candidate is so far above the best of these that its path is not followed. */
const isFar = (score: ScoredCandidate | undefined, others: readonly ScoredCandidate[]): boolean =>
  exceeds(score, others, FAR);

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
