import type { AsymptoticRisk, ClassificationRisk, GradientNorms } from '../../theory/index.ts';

/** What the page shows of a solution; of a classifier the error and the robust error stand in the places of the risks. */
export interface PageRisk {
  readonly standardRisk: number;
  readonly adversarialRisk: number;
  /** in the norm trained against */
  readonly gradientNorm: number;
  /** in both norms, where an attack is in linf */
  readonly gradientNorms?: GradientNorms;
  readonly phase: AsymptoticRisk['phase'] | ClassificationRisk['phase'];
  /** share of the training rows that a kink of the loss holds; of a regression those that are fitted exactly */
  readonly held: number;
  /** (1/n) sum r_i^2 on the clean training rows; of a classifier the mean of the worst losses */
  readonly training: number;
  /** (1/n) sum (|r_i| + eps q)^2, the mean of the worst squared errors on the training rows; of a regression with the square loss */
  readonly worstTraining?: number;
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
  gradientNorms,
  phase,
  interpolatedFraction,
  trainingError,
  trainingLoss,
  absoluteRisk,
}: AsymptoticRisk): PageRisk => ({
  standardRisk,
  adversarialRisk,
  gradientNorm,
  phase,
  held: interpolatedFraction,
  training: trainingError,
  worstTraining: 2 * trainingLoss,
  ...(gradientNorms && { gradientNorms }),
  ...(absoluteRisk !== undefined && { absoluteRisk }),
});

/** What it shows of a classifier. */
export const ofClasses = ({
  error,
  robustError,
  gradientNorm,
  gradientNorms,
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
  ...(gradientNorms && { gradientNorms }),
  outputVariance,
  overlap,
});
