import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import type { MeasuredMoments } from '../evaluation/measureFeatures.ts';
import { solveSaddlePoint } from '../theory/saddlePoint.ts';
import { measuredMap, type RiskPrediction } from './predictRobustRisk.ts';
import { typicalResiduals } from './typicalResiduals.ts';

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

/** Half the width of an interval, in standard deviations: such that nine in ten of the calibration hold. */
const DEVIATIONS = 1.35;
/** The share of a residual that training leaves, below which a fit no longer adds to the noise. */
const LEAST_LEFT = 0.1;

/**
 * An interval about each prediction, for the risks of a single split.
 *
 * The relative noise of a mean of losses over k rows is v / sqrt(k), v their coefficient of variation, which is read off the
 * measured rows themselves under typical read-outs: heavy tails are in it. Three sets of rows bring theirs: the m measured,
 * the n trained on, the t held out. Training multiplies it where it fits its rows closely: by 1/sqrt(k), k the share of a
 * residual that it leaves. Thus log risk is off by a multiple of (v / sqrt k) sqrt(1/m + 1/n + 1/t), which has been fitted to
 * trainings on nine tables and checked on seven others: docs/real-data.md. Intervals are wide where a few rows carry the loss.
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
  const map = measuredMap(measured);
  const { sample } = measured;
  return predictions.map((prediction: RiskPrediction) => {
    const { n, eps, lambda, epsTest, standardRisk, adversarialRisk, gradientNorm } = prediction;
    if (!sample) return null;
    const problem = { psi2: n, eps, lambda, noise: 0, rho: 1 };
    const point = solveSaddlePoint(map, problem);
    const residuals = typicalResiduals(measured, sample, map, problem, point);
    if (!residuals) return null;
    const left = point.kappa === Number.POSITIVE_INFINITY ? 1 : point.kappa / (1 + point.kappa);
    const rows = Math.sqrt(1 / measured.rows + 1 / n + 1 / testRows) / Math.sqrt(Math.max(LEAST_LEFT, left));
    const about = (risk: number, reach: number): Interval => {
      const losses = residuals.map((r) => (Math.abs(r) + reach) ** 2);
      const factor = Math.exp(DEVIATIONS * rows * variation(losses));
      return { low: risk / factor, high: risk * factor };
    };
    return {
      standardRisk: about(standardRisk, 0),
      adversarialRisk: about(adversarialRisk, epsTest * gradientNorm),
    };
  });
}

/** Standard deviation over mean. */
function variation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) / mean;
}
