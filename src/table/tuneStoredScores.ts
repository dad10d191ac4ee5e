import { once } from '../exact/once.ts';
import { breathing } from '../training/breathing.ts';
import type { TuneFamily } from './tuneCandidates.ts';
import type { TableTuningSettings, TuneEstimate } from './tuneOptions.ts';
import { estimateFor, type PreparedRows, type Score, scorerBy } from './tuneScores.ts';
import type { TuneStore } from './tuneStore.ts';

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
    const made = once(() => scorerBy(by, rowsOf(family), family, settings));
    return async (candidate) => {
      const found = store?.find(candidate, by);
      if (found) return found;
      const score = await made();
      const scored = await score(candidate);
      store?.add(scored);
      await pause();
      return scored;
    };
  };
}
