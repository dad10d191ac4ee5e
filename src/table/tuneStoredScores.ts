import { once } from '../exact/once.ts';
import { breathing } from '../training/breathing.ts';
import type { TuneCandidate, TuneFamily } from './tuneCandidates.ts';
import type { ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate } from './tuneOptions.ts';
import { estimateFor, type PreparedRows, scorerBy } from './tuneScores.ts';
import type { TuneStore } from './tuneStore.ts';

/** From a candidate to its score. */
export type Score = (candidate: TuneCandidate) => Promise<ScoredCandidate>;

/**
 * Scores of the candidates of a family, by an estimate: those that the store holds are taken from there, others are added to it
 * as they are finished.
 */
export function storedScores(
  rowsOf: (family: TuneFamily) => PreparedRows,
  settings: TableTuningSettings,
  store: TuneStore | null,
): (family: TuneFamily, by: TuneEstimate) => Score {
  const pause = breathing();
  return (family, asked) => {
    const by = estimateFor(asked, family, settings);
    const scorer = once(() => scorerBy(by, rowsOf(family), family, settings));
    let known: TuneCandidate[] = [];
    return async (candidate) => {
      const found = store?.find(candidate, by);
      if (found) {
        known.push(candidate);
        return found;
      }
      const { score, pass } = await scorer();
      // Each solution starts from an earlier one of the path: an interrupted path is walked again, so that its end is the same.
      const isOnPath = ({ lambda }: TuneCandidate): boolean => lambda === candidate.lambda;
      for (const earlier of known.filter(isOnPath)) await pass(earlier);
      known = known.filter((earlier) => !isOnPath(earlier));
      const scored = await score(candidate);
      store?.add(scored);
      await pause();
      return scored;
    };
  };
}
