import {
  type AsymptoticRisk,
  adversarialRiskAt,
  asymptoticRisk,
  linear,
  randomFeatures,
} from '../theory/index.ts';
import { type Cell, rowsOf, widthOf } from './cell.ts';
import type { CellResult } from './cellResult.ts';

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

export const thetaNorm: Measure = {
  name: '|theta|',
  simulated: (result) => Math.sqrt(result.thetaNormSquared),
  theory: (risk) => Math.sqrt(risk.thetaNormSquared),
};

/** The asymptotic risks at the proportions of the cell as they are written. */
export function limitRisk({ features, psi1, psi2, eps, lambda, tau, activation }: Cell): AsymptoticRisk {
  const map = features === 'linear' ? linear() : randomFeatures({ psi1, activation });
  return asymptoticRisk(map, { psi2, eps, lambda, tau });
}

/** The asymptotic risks at the N/d and n/d that the cell has, N and n being whole. */
export const cellTheory = (cell: Cell): AsymptoticRisk =>
  limitRisk({ ...cell, psi1: widthOf(cell) / cell.d, psi2: rowsOf(cell) / cell.d });
