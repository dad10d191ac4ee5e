import { checkInteger, checkNonNegative, checkPositive, InvalidArgumentError } from '../../errors.ts';
import {
  type ActivationName,
  type AsymptoticRisk,
  asymptoticRisk,
  randomFeatures,
} from '../../theory/index.ts';
import { type Cell, checkCell, rowsOf, widthOf } from '../cell.ts';
import { type Comparison, compare } from '../comparison.ts';
import type { CellResult } from '../runCell.ts';

/** What to draw: risk against psi1 = N/d, a panel for each eps, simulated at each d. */
export interface CurseSettings {
  readonly psi1: readonly number[];
  readonly epsilons: readonly number[];
  /** Two or more values show the bias of finite d. */
  readonly d: readonly number[];
  /** Independent repetitions of each point. */
  readonly seeds: number;
  readonly psi2: number;
  readonly tau: number;
  readonly lambda: number;
  readonly activation: ActivationName;
  readonly attackSteps: number;
  readonly testRows: number;
}

/** Our own choice of settings; those behind the paper's figures are not known to us. */
export const curseDefaults: CurseSettings = {
  psi1: [0.25, 0.5, 1, 1.5, 3, 5, 8],
  epsilons: [0, 0.3, 0.6, 1],
  d: [50, 100],
  seeds: 5,
  psi2: 2,
  tau: 0.2,
  lambda: 0,
  activation: 'shifted-relu',
  attackSteps: 2,
  testRows: 2000,
};

/** Small enough for half a minute. */
export const curseQuick: CurseSettings = {
  ...curseDefaults,
  psi1: [0.5, 1, 4],
  epsilons: [0, 0.3],
  d: [30, 60],
  seeds: 4,
  testRows: 1000,
};

/** @throws InvalidArgumentError naming the first option out of range */
export function checkCurse(settings: CurseSettings): CurseSettings {
  const { psi1, epsilons, d, seeds, psi2, tau, lambda } = settings;
  for (const [name, list] of Object.entries({ psi1, epsilons, d }))
    if (list.length === 0) throw new InvalidArgumentError(name, '[]', 'at least one value');
  for (const value of psi1) checkPositive('psi1', value);
  for (const value of epsilons) checkNonNegative('eps', value);
  for (const value of d) checkInteger('d', value);
  checkInteger('seeds', seeds);
  checkPositive('psi2', psi2);
  checkNonNegative('tau', tau);
  checkNonNegative('lambda', lambda);
  if (lambda === 0 && epsilons.includes(0))
    for (const width of psi1)
      if (d.some((dim) => Math.round(width * dim) === Math.round(psi2 * dim)))
        throw new InvalidArgumentError(
          'psi1',
          width,
          `a value other than psi2 = ${psi2} while eps = lambda = 0: the risk is infinite there`,
        );
  curseCells(settings).forEach(checkCell);
  return settings;
}

interface Spot {
  readonly d: number;
  readonly eps: number;
  readonly psi1: number;
}

/** The simulated points of the figure; each is measured with every seed. */
const spots = ({ d, epsilons, psi1 }: CurseSettings): Spot[] =>
  d.flatMap((dimension) =>
    epsilons.flatMap((eps) => psi1.map((width) => ({ d: dimension, eps, psi1: width }))),
  );

function spotCells(settings: CurseSettings, spot: Spot): Cell[] {
  const { psi2, lambda, tau, activation, attackSteps, testRows } = settings;
  return Array.from({ length: settings.seeds }, (_, seed) => {
    return { ...spot, psi2, lambda, tau, activation, attackSteps, testRows, seed };
  });
}

/** Every cell of the figure. */
export const curseCells = (settings: CurseSettings): Cell[] =>
  spots(settings).flatMap((spot) => spotCells(settings, spot));

/** The asymptotic risks at one psi1. */
export const curseTheory = (settings: CurseSettings, psi1: number, eps: number): AsymptoticRisk =>
  asymptoticRisk(randomFeatures({ psi1, activation: settings.activation }), {
    psi2: settings.psi2,
    eps,
    lambda: settings.lambda,
    tau: settings.tau,
  });

export type RiskKind = 'standard' | 'adversarial';

/** A point of a theory curve. */
export interface CurvePoint {
  readonly eps: number;
  readonly psi1: number;
  readonly kind: RiskKind;
  readonly value: number;
}

/** SR and AR on a fine grid of psi1, from the simulated widths on to five times wider. Infinite values are left out. */
export function curseCurves(settings: CurseSettings, points = 240): CurvePoint[] {
  const low = Math.log(Math.min(...settings.psi1) / 1.25);
  const high = Math.log(Math.max(...settings.psi1) * 5);
  return settings.epsilons.flatMap((eps) =>
    Array.from({ length: points }, (_, i) => Math.exp(low + ((high - low) * i) / (points - 1))).flatMap(
      (psi1) => {
        const { standardRisk, adversarialRisk } = curseTheory(settings, psi1, eps);
        return [
          { eps, psi1, kind: 'standard' as const, value: standardRisk },
          { eps, psi1, kind: 'adversarial' as const, value: adversarialRisk },
        ].filter(({ value }) => Number.isFinite(value));
      },
    ),
  );
}

/** One simulated point, averaged over seeds. */
export interface CursePoint extends Spot {
  readonly standard: Comparison;
  readonly adversarial: Comparison;
  /** Trainings that reached their tolerance, of `seeds`. */
  readonly converged: number;
}

/** Averages the cells over seeds and sets them beside theory at the N/d and n/d that the cells really had. */
export function cursePoints(settings: CurseSettings, resultOf: (cell: Cell) => CellResult): CursePoint[] {
  return spots(settings).map((spot) => {
    const cells = spotCells(settings, spot);
    const results = cells.map(resultOf);
    const psi2 = rowsOf(cells[0]!) / spot.d;
    const theory = curseTheory({ ...settings, psi2 }, widthOf(cells[0]!) / spot.d, spot.eps);
    const values = (kind: 'standardRisk' | 'adversarialRisk'): number[] => results.map((r) => r[kind].value);
    return {
      ...spot,
      standard: compare(values('standardRisk'), theory.standardRisk),
      adversarial: compare(values('adversarialRisk'), theory.adversarialRisk),
      converged: results.filter((r) => r.training.converged).length,
    };
  });
}
