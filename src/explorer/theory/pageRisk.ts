import type { AsymptoticRisk, ClassificationRisk } from '../../theory/index.ts';

/** What the page shows of a solution; of a classifier the error and the robust error stand in the places of the risks. */
export interface PageRisk {
  readonly standardRisk: number;
  readonly adversarialRisk: number;
  readonly gradientNorm: number;
  readonly phase: AsymptoticRisk['phase'] | ClassificationRisk['phase'];
  /** share of the training rows that a kink of the loss holds; of a regression those that are fitted exactly */
  readonly held: number;
  /** (1/n) sum r_i^2 on the clean training rows; of a classifier the mean of the worst losses */
  readonly training: number;
  /** E |y - f(x)| of a regression with other noise or another loss than the usual */
  readonly absoluteRisk?: number;
  /** of a classifier */
  readonly outputVariance?: number;
  readonly overlap?: number;
}

/** What the page shows of a regression. */
export const ofValues = ({
  standardRisk,
  adversarialRisk,
  gradientNorm,
  phase,
  interpolatedFraction,
  trainingError,
  absoluteRisk,
}: AsymptoticRisk): PageRisk => ({
  standardRisk,
  adversarialRisk,
  gradientNorm,
  phase,
  held: interpolatedFraction,
  training: trainingError,
  ...(absoluteRisk !== undefined && { absoluteRisk }),
});

/** What it shows of a classifier. */
export const ofClasses = ({
  error,
  robustError,
  gradientNorm,
  phase,
  kinkFraction,
  trainingLoss,
  outputVariance,
  overlap,
}: ClassificationRisk): PageRisk => ({
  standardRisk: error,
  adversarialRisk: robustError,
  gradientNorm,
  phase,
  held: kinkFraction,
  training: trainingLoss,
  outputVariance,
  overlap,
});
