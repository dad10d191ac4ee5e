import type { Estimate } from '../numerics/estimate.ts';

/**
 * What a cell measured. Standard errors are those of the finite test set, for this one trained model. Risks are mean squared
 * errors; those of a classification are mean errors of the sign: its error, and its robust errors.
 */
export interface CellResult {
  readonly standardRisk: Estimate;
  /** For each `epsTest` of the cell. */
  readonly adversarialRisks: readonly Estimate[];
  /** Over all trainable weights. */
  readonly thetaNormSquared: number;
  readonly training: TrainingReport;
}

export interface TrainingReport {
  readonly iterations: number;
  readonly residual: number;
  readonly converged: boolean;
  /** Of classifiers: the share of the training rows whose label does not hold on the whole ball, linearised. */
  readonly robustError?: number;
  /** Of a cell that asks for it: the same risks from the training rows alone, standard errors as of independent rows. */
  readonly leaveOneOut?: Pick<CellResult, 'standardRisk' | 'adversarialRisks'>;
}
