import { type Estimate, meanOf } from '../numerics/estimate.ts';

/** A simulated mean over seeds beside the asymptotic value. */
export interface Comparison {
  readonly simulated: Estimate;
  readonly theory: number;
  /** (simulated - theory) / standard error; NaN with one seed. */
  readonly z: number;
  /** (simulated - theory) / theory */
  readonly relativeError: number;
  /**
   * Within 3 standard errors or 2 per cent, or within 0.001 where theory says zero; null where theory says nothing and
   * `theory` is NaN, and where one seed gives no standard error to tell by.
   */
  readonly agrees: boolean | null;
}

const TOLERATED_Z = 3;
export const TOLERATED_RELATIVE_ERROR = 0.02;
/** What passes for a zero that theory predicts: training stops this close to it. */
const TOLERATED_DIFFERENCE = 1e-3;

/** What no simulation says. */
const nothing: Estimate = { value: Number.NaN, standardError: Number.NaN, count: 0 };

/** Compares one value a seed with theory. The standard error is over seeds: data, features and test set all vary. */
export function compare(values: readonly number[], theory: number): Comparison {
  const simulated = values.length > 0 ? meanOf(values) : nothing;
  const difference = simulated.value - theory;
  const z = difference === 0 ? 0 : difference / simulated.standardError;
  const relativeError = difference === 0 ? 0 : difference / theory;
  const agrees =
    Math.abs(z) <= TOLERATED_Z ||
    Math.abs(relativeError) <= TOLERATED_RELATIVE_ERROR ||
    (theory === 0 && Math.abs(difference) <= TOLERATED_DIFFERENCE);
  return { simulated, theory, z, relativeError, agrees: agrees || !Number.isNaN(z) ? agrees : null };
}
