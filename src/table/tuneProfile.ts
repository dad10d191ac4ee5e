import type { Estimate } from '../numerics/estimate.ts';
import type { TuneCandidate } from './tuneCandidates.ts';
import { isSound, leastOf, riskDifference, type ScoredCandidate } from './tuneChoice.ts';
import type { TuneSplit } from './tuneOnTable.ts';

/** What is chosen among: the features are the model and its width together. */
export const tuneChoices = ['features', 'activation', 'clip', 'loss', 'eps', 'lambda'] as const;
/** One of {@link tuneChoices}. */
export type TuneChoiceName = (typeof tuneChoices)[number];

/** One value of a choice, and the best that it allows. */
export interface ChoiceRisk {
  /** Null for no clipping. */
  readonly value: string | number | null;
  /** The candidate of least estimated risk that has this value, whatever the others. */
  readonly best: ScoredCandidate;
  /** Its risk less the least of all, with the standard error of that difference. */
  readonly excess: Estimate;
  /** Whether what was chosen has this value. */
  readonly chosen: boolean;
}

/** A choice of more than one value. */
export interface TuneProfile {
  /** What is chosen. */
  readonly choice: TuneChoiceName;
  /** In order. */
  readonly values: readonly ChoiceRisk[];
}

/**
 * Every choice of more than one value, with the least risk that each value allows.
 * @param split of `tuneOnTable`
 */
export function tuneProfile(split: Pick<TuneSplit, 'scores' | 'chosen' | 'least'>): TuneProfile[] {
  const { scores, chosen, least } = split;
  return tuneChoices
    .map((choice) => {
      // A linear model has no activation.
      const has = ({ candidate }: ScoredCandidate): boolean =>
        choice !== 'activation' || candidate.activation !== null;
      const sound = scores.filter((score) => isSound(score) && has(score));
      const values = [...new Set(sound.map(({ candidate }) => settingOf(candidate, choice)))].sort(byValue);
      return {
        choice,
        values: values.map((value): ChoiceRisk => {
          const best = leastOf(sound.filter(({ candidate }) => settingOf(candidate, choice) === value));
          const isChosen = settingOf(chosen.candidate, choice) === value;
          return { value, best, excess: riskDifference(best, least), chosen: isChosen };
        }),
      };
    })
    .filter(({ values }) => values.length > 1);
}

const settingOf = (candidate: TuneCandidate, choice: TuneChoiceName): string | number | null => {
  if (choice !== 'features') return candidate[choice];
  return candidate.model === 'linear' ? 'linear' : candidate.width;
};

/** Words before numbers, and none before either. */
const byValue = (a: string | number | null, b: string | number | null): number =>
  Number(a !== null) - Number(b !== null) ||
  Number(typeof a === 'number') - Number(typeof b === 'number') ||
  (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1);
