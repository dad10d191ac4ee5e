import { InvalidArgumentError } from '../errors.ts';
import {
  type AsymptoticRisk,
  adversarialRiskAt,
  asymptoticRisk,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  randomFeatures,
} from '../theory/index.ts';
import { type Cell, rowsOf, widthOf } from './cell.ts';
import type { CellResult } from './cellResult.ts';
import { isNetworkCell, type NetworkCell, unitsOf } from './networkCell.ts';

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

/**
 * The asymptotic risks at the proportions of the cell as they are written.
 * @throws InvalidArgumentError for a network without theory
 */
export function limitRisk(of: Cell): AsymptoticRisk {
  const { psi2, eps, lambda, tau } = of;
  return asymptoticRisk(featureMapOf(of), { psi2, eps, lambda, tau });
}

/** The asymptotic risks at the N/d and n/d that the cell has, N and n being whole; null for a network without theory. */
export function cellTheory(of: Cell): AsymptoticRisk | null {
  if (!hasTheory(of)) return null;
  const whole: Cell = { ...of, psi1: widthOf(of) / of.d, psi2: rowsOf(of) / of.d };
  if (!isNetworkCell(whole)) return limitRisk(whole);
  const deep: NetworkCell = { ...whole, widths: unitsOf(whole).map((units) => units / whole.d) };
  return limitRisk(deep);
}

/** What theory says of a measure of the cell: NaN where it says nothing. */
export function theoryOf(measure: Measure, of: Cell): number {
  const risk = cellTheory(of);
  return risk === null ? Number.NaN : measure.theory(risk, of);
}

/** Whether theory says anything: not where hidden layers are trained, nor on real data. */
const hasTheory = (of: Cell): boolean =>
  !isNetworkCell(of) || (of.network === 'deep-frozen' && of.data === undefined);

/** The features of the cell as theory sees them; beyond one layer by Gaussian equivalence. */
function featureMapOf(of: Cell): FeatureMap {
  const { features, psi1, activation } = of;
  if (!isNetworkCell(of)) return features === 'linear' ? linear() : randomFeatures({ psi1, activation });
  if (!hasTheory(of))
    throw new InvalidArgumentError(
      'network',
      of.network,
      'frozen layers and the linear teacher, to have a theory',
    );
  return deepRandomFeatures({ widths: of.widths, activation });
}
