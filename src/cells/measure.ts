import { type AsymptoticRisk, adversarialRiskAt } from '../theory/index.ts';
import type { Cell } from './cell.ts';
import type { CellResult } from './cellResult.ts';
import { theoryOf } from './theoryOf.ts';

/** A number that a simulated cell and the theory both have. */
export interface Measure {
  /** What it is called in a table. */
  readonly name: string;
  readonly simulated: (result: CellResult, cell: Cell) => number;
  readonly theory: (risk: AsymptoticRisk, cell: Cell) => number;
}

export const standardRisk: Measure = {
  name: 'SR',
  simulated: (result) => result.standardRisk.value,
  theory: (risk) => risk.standardRisk,
};

/** AR at the k-th test radius of the cell. */
export const adversarialRisk = (k = 0): Measure => ({
  name: 'AR',
  simulated: (result) => result.adversarialRisks[k]!.value,
  theory: (risk, { epsTest }) => adversarialRiskAt(risk, epsTest[k]!),
});

/** The risk of cells that are trained and tested at eps: SR where there is no attack, otherwise AR. */
export const riskTrainedAt = (eps: number): Measure => (eps === 0 ? standardRisk : adversarialRisk());

export const thetaNorm: Measure = {
  name: '|theta|',
  simulated: (result) => Math.sqrt(result.thetaNormSquared),
  theory: (risk) => Math.sqrt(risk.thetaNormSquared),
};

/** What theory says of a measure at the proportions of the cell as they are written; NaN where it says nothing. */
export function predicted(measure: Measure, of: Cell): number {
  const risk = theoryOf(of);
  return risk === null ? Number.NaN : measure.theory(risk, of);
}
