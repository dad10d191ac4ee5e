import type { MeasuredMoments } from '../evaluation/measureFeatures.ts';
import type { RiskPrediction } from './predictRobustRisk.ts';
import type { TypicalResiduals } from './typicalResiduals.ts';

/** How the sign of a read-out that has not been trained is expected to tell labels +1 and -1 apart; no theorem. */
export interface PredictedErrors {
  /** Share of the rows with y f(x) <= 0. */
  readonly error: number;
  /** Share of the rows with y f(x) <= epsTest |grad f|, one gradient norm for all inputs. */
  readonly robustError: number;
}

/**
 * The shares of the measured rows that typical read-outs answer wrongly, had these rows been left out: the read-outs and the
 * gradient norm are those of the saddle point, the rows are real.
 * @param measured of labels +1 and -1, with rows
 */
export function errorsFrom(
  { targetMean, sample }: MeasuredMoments,
  { epsTest, gradientNorm }: RiskPrediction,
  { residuals }: TypicalResiduals,
): PredictedErrors {
  const { rows, y } = sample!;
  const share = (reach: number): number => {
    let wrong = 0;
    // The residual is y - f(x), so that y f(x) = 1 - y (y - f(x)); a margin of 0 is wrong.
    for (const [at, residual] of residuals.entries()) {
      const label = y[at % rows]! + targetMean > 0 ? 1 : -1;
      if (1 - label * residual <= reach) wrong++;
    }
    return wrong / residuals.length;
  };
  return { error: share(0), robustError: share(epsTest * gradientNorm) };
}
