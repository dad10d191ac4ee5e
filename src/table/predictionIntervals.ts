import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import type { MeasuredMoments } from '../evaluation/measureFeatures.ts';
import { studentQuantile } from '../numerics/studentQuantile.ts';
import { kurtosisOf } from './kurtosis.ts';
import { measuredMap, type RiskPrediction } from './predictRobustRisk.ts';
import { residualsAt, type TypicalResiduals } from './typicalResiduals.ts';

/** From low to high. */
export interface Interval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/**
 * Where the risks of one training are expected to lie: one split, n of its rows trained on, the mean over the rows held out.
 * Meant to hold nine in ten; calibrated on tables, no theorem.
 */
export interface RiskIntervals {
  /** Of the mean squared error. */
  readonly standardRisk: Interval;
  /** The same under the attack of the prediction. */
  readonly adversarialRisk: Interval;
}

/** What the intervals of {@link predictionIntervals} are of. */
export interface IntervalOptions {
  /** Rows held out, over which the risk of a split is a mean. */
  readonly testRows: number;
}

const OPTIONS: OptionNames<IntervalOptions> = { testRows: true };

/** Of a Gaussian: nine in ten lie within so many standard deviations. */
const DEVIATIONS = 1.6449;
/** What the rows trained on add to the noise through what is learnt of the signal, in shares of what as many rows held out add. */
const SIGNAL_SHARE = 0.3;

/**
 * An interval about each prediction, for the risks of a single split.
 *
 * A mean of losses over k rows is off by v / sqrt(k), v their coefficient of variation, which is read off the measured rows
 * themselves under typical read-outs. The rows held out, t, and those measured, m, make this noise in full. The n trained on move
 * the risk through the model alone: by V / n of v^2 through the noise that it takes from them, V the leverage of a row over what
 * it leaves of its residual (of least squares with Gaussian noise, where V = N / (n - N), this is the variance of the risk), and by
 * 0.3 / n through what it learns of the signal, the one number that has been fitted, to trainings on nine tables. Thus log
 * risk has a standard deviation of v sqrt(1/m + 1/t + (V + 0.3)/n). Of it v is an estimate, which a few rows of large loss may
 * carry: Student's quantile takes the place of the Gaussian one, with 2 m / (kurtosis of the losses - 1) degrees of freedom, such
 * that a variance of so many degrees is as uncertain as v^2 is (Satterthwaite 1946). How the intervals do on tables that they
 * were not fitted to: docs/real-data.md.
 * @param measured of which the predictions are
 * @returns null for moments without rows, or a phase without a read-out, such as the interpolation peak
 * @throws InvalidArgumentError for anything but moments and predictions
 */
export function predictionIntervals(
  measured: MeasuredMoments,
  predictions: readonly RiskPrediction[],
  options: IntervalOptions,
): (RiskIntervals | null)[] {
  checkOptions('predictionIntervals', options ?? null, OPTIONS);
  const { testRows } = options;
  checkInteger('testRows', testRows);
  if (!Array.isArray(predictions))
    throw new InvalidArgumentError('predictions', predictions, 'what predictRobustRisk gives');
  measuredMap(measured);
  return predictions.map((prediction: RiskPrediction) => {
    const typical = residualsAt(measured, prediction);
    return typical && intervalsFrom(measured, prediction, typical, testRows);
  });
}

/** The same of one prediction, from residuals that are known. */
export function intervalsFrom(
  { rows: m, sample }: MeasuredMoments,
  { n, epsTest, standardRisk, adversarialRisk, gradientNorm }: RiskPrediction,
  { residuals, kappa }: TypicalResiduals,
  testRows: number,
): RiskIntervals {
  const rows = Math.sqrt(1 / m + 1 / testRows + (1 / kappa + SIGNAL_SHARE) / n);
  const about = (risk: number, reach: number): Interval => {
    const losses = residuals.map((r) => (Math.abs(r) + reach) ** 2);
    const freedom = (2 * sample!.rows) / (kurtosisOf(losses) - 1);
    const factor = Math.exp(studentQuantile(DEVIATIONS, freedom) * variation(losses) * rows);
    return { low: risk / factor, high: risk * factor };
  };
  return {
    standardRisk: about(standardRisk, 0),
    adversarialRisk: about(adversarialRisk, epsTest * gradientNorm),
  };
}

/** Standard deviation over mean. */
function variation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) / mean;
}
