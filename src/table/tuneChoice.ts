import { UserError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { bySimplicity, candidateName, type TuneCandidate } from './tuneCandidates.ts';
import type { TuneEstimate, TuneRule } from './tuneOptions.ts';

/** A candidate with the estimate of its risk from the training rows. */
export interface ScoredCandidate {
  /** The model. */
  readonly candidate: TuneCandidate;
  /** How the risk was estimated: folds also where leave-one-out was asked for and is not to be trusted. */
  readonly by: TuneEstimate;
  /** Mean loss, or error, of rows left out, without an attack. */
  readonly clean: Estimate;
  /** The same under the attack of radius epsTest, linearised in the perturbation. */
  readonly robust: Estimate;
  /** Means of the robust loss over blocks of rows, the same blocks for every candidate: what differences are judged by. */
  readonly blocks: readonly number[];
  /** Why there is no such model: its training did not converge or has no unique solution. Null where there is one. */
  readonly fault: string | null;
  /** Why the estimate is not to be trusted, a clause each; none where it is. */
  readonly doubts: readonly string[];
  /** What it took. */
  readonly seconds: number;
}

/** What was chosen, and by which comparison. */
export interface Choice {
  /** What the rule chose. */
  readonly chosen: ScoredCandidate;
  /** The candidate of least estimated risk. */
  readonly least: ScoredCandidate;
  /** Robust risk of the chosen one, less the least, and the standard error of that difference. */
  readonly excess: Estimate;
  /** How many candidates are no more than one standard error worse than the least. */
  readonly within: number;
}

/**
 * Chooses among candidates: by 'least' the one of least robust risk; by 'one-standard-error' the simplest of those whose risk
 * exceeds the least by no more than one standard error of the difference. Differences are taken row by row (in blocks of rows), so
 * that a row that is hard for every candidate does not blur them. Candidates with a fault, or a doubtful estimate, are left out.
 * @throws UserError when none is left
 */
export function chooseCandidate(scores: readonly ScoredCandidate[], rule: TuneRule): Choice {
  const sound = scores.filter(isSound);
  if (sound.length === 0) throw new UserError(noneLeft(scores));
  const least = leastOf(sound);
  const near = sound.filter((score) => {
    const { value, standardError } = riskDifference(score, least);
    return score === least || value <= standardError;
  });
  const chosen = rule === 'least' ? least : firstBy(near, bySimplicityFirst);
  return { chosen, least, excess: riskDifference(chosen, least), within: near.length };
}

/** Whether it may be chosen. */
export const isSound = ({ fault, doubts }: ScoredCandidate): boolean => fault === null && doubts.length === 0;

/** The candidate of least robust risk, of several the simplest. */
export const leastOf = (scores: readonly ScoredCandidate[]): ScoredCandidate =>
  firstBy(scores, (a, b) => byRisk(a, b) || bySimplicityFirst(a, b));

/** Robust risk of one less that of another, its standard error from the differences of their blocks. */
export function riskDifference(a: ScoredCandidate, b: ScoredCandidate): Estimate {
  const { standardError, count } = meanOf(a.blocks.map((value, k) => value - b.blocks[k]!));
  return { value: a.robust.value - b.robust.value, standardError, count };
}

const byRisk = (a: ScoredCandidate, b: ScoredCandidate): number => a.robust.value - b.robust.value;

/** Of two that are equally simple, that of less risk; the name last, so that no order of the scores matters. */
const bySimplicityFirst = (a: ScoredCandidate, b: ScoredCandidate): number =>
  bySimplicity(a.candidate, b.candidate) ||
  byRisk(a, b) ||
  (candidateName(a.candidate) < candidateName(b.candidate) ? -1 : 1);

const firstBy = <T>(values: readonly T[], order: (a: T, b: T) => number): T =>
  values.reduce((first, value) => (order(value, first) < 0 ? value : first));

function noneLeft(scores: readonly ScoredCandidate[]): string {
  const [first] = scores;
  if (!first) return 'there are no candidates to choose from';
  const why = first.fault ?? first.doubts.join('; ');
  return `none of ${scores.length} candidates can be chosen; the first, ${candidateName(first.candidate)}: ${why}`;
}

/** Blocks at most that losses are kept in. */
const BLOCKS = 400;

/** Means over blocks of rows, row i in block i mod their number: one a row up to 400 rows. Seven digits, as they are kept in files. */
export function blockMeans(losses: Float64Array): number[] {
  const count = Math.min(losses.length, BLOCKS);
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  losses.forEach((loss, i) => {
    sums[i % count]! += loss;
    sizes[i % count]!++;
  });
  return Array.from(sums, (sum, k) => Number((sum / sizes[k]!).toPrecision(7)));
}
