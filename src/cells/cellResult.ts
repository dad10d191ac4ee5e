import type { Estimate } from '../evaluation/estimate.ts';

/** What a cell measured. Standard errors are those of the finite test set, for this one trained model. */
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
}
