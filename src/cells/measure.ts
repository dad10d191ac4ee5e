import type { ReadoutNorm } from '../exact/index.ts';
import {
  type AsymptoticRisk,
  adversarialRiskAt,
  type ClassificationRisk,
  robustErrorAt,
} from '../theory/index.ts';
import { type Cell, normsOf } from './cell.ts';
import type { CellResult } from './cellResult.ts';
import { errorsOf, theoryOf } from './theoryOf.ts';

/** A number that a simulated cell and the theory both have. */
export interface Measure {
  /** What it is called in a table. */
  readonly name: string;
  readonly simulated: (result: CellResult, cell: Cell) => number;
  /** What theory says of it at the proportions of the cell as they are written; NaN where it says nothing. */
  readonly predicted: (of: Cell) => number;
}

/** A measure that is read off a solution of the theory, one for many radii. */
export interface ReadMeasure<Risk> extends Measure {
  readonly theory: (risk: Risk, cell: Cell) => number;
}

const readOff =
  <Risk>(solve: (of: Cell) => Risk | null) =>
  (
    name: string,
    simulated: Measure['simulated'],
    theory: ReadMeasure<Risk>['theory'],
  ): ReadMeasure<Risk> => ({
    ...{ name, simulated, theory },
    predicted(of) {
      const risk = solve(of);
      return risk === null ? Number.NaN : theory(risk, of);
    },
  });

/** The norm that a solution is read at; undefined where it knows l2 alone. */
const testNormOf = (cell: Cell): ReadoutNorm | undefined => {
  const { training, test } = normsOf(cell);
  return training === 'l2' && test === 'l2' ? undefined : test;
};

const ofValues = readOff<AsymptoticRisk>(theoryOf);
const ofLabels = readOff<ClassificationRisk>(errorsOf);

export const standardRisk = ofValues(
  'SR',
  (result) => result.standardRisk.value,
  (risk) => risk.standardRisk,
);

/** AR at the first test radius, estimated from the training rows alone. */
export const leaveOneOutRisk = ofValues(
  'AR, leave-one-out',
  (result) => result.training.leaveOneOut?.adversarialRisks[0]?.value ?? Number.NaN,
  (risk, cell) => adversarialRiskAt(risk, cell.epsTest[0]!),
);

/** AR at the k-th test radius of the cell. */
export const adversarialRisk = (k = 0): ReadMeasure<AsymptoticRisk> =>
  ofValues(
    'AR',
    (result) => result.adversarialRisks[k]!.value,
    (risk, cell) => adversarialRiskAt(risk, cell.epsTest[k]!, testNormOf(cell)),
  );

/** The risk of cells that are trained and tested at eps: SR where there is no attack, otherwise AR. */
export const riskTrainedAt = (eps: number): ReadMeasure<AsymptoticRisk> =>
  eps === 0 ? standardRisk : adversarialRisk();

export const thetaNorm = ofValues(
  '|theta|',
  (result) => Math.sqrt(result.thetaNormSquared),
  (risk) => Math.sqrt(risk.thetaNormSquared),
);

/** Share of fresh rows whose label a classifier misses. */
export const cleanError = ofLabels(
  'error',
  (result) => result.standardRisk.value,
  (risk) => risk.error,
);

/** The same under attack, at the k-th test radius of the cell. */
export const robustError = (k = 0): ReadMeasure<ClassificationRisk> =>
  ofLabels(
    'robust error',
    (result) => result.adversarialRisks[k]!.value,
    (risk, cell) => robustErrorAt(risk, cell.epsTest[k]!, testNormOf(cell)),
  );
