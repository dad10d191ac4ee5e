import { createHash } from 'node:crypto';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';

export const FEATURES = ['random', 'linear'] as const;
export const METHODS = ['pgd', 'exact'] as const;
export const TEST_ATTACKS = ['pgd', 'fgm', 'linearised'] as const;

/** One simulated training and its test: everything that decides the numbers, and nothing else. */
export interface Cell {
  /** Random features, or the inputs themselves (linear regression; psi1 is then 1). */
  readonly features: (typeof FEATURES)[number];
  /** N / d */
  readonly psi1: number;
  /** n / d */
  readonly psi2: number;
  readonly d: number;
  /** l2 radius in training, in units of the input; 0 trains by exact least squares. */
  readonly eps: number;
  /** Radii at test, each giving an adversarial risk. */
  readonly epsTest: readonly number[];
  readonly lambda: number;
  /** Standard deviation of the label noise. */
  readonly tau: number;
  readonly activation: ActivationName;
  /** Training by gradient against PGD, or the exact optimum of the problem linearised in the perturbation. */
  readonly method: (typeof METHODS)[number];
  /** Gradient steps of the attack in training; unused by 'exact'. */
  readonly attackSteps: number;
  readonly testAttack: (typeof TEST_ATTACKS)[number];
  /** Fresh rows on which the risks are measured. */
  readonly testRows: number;
  readonly seed: number;
}

/** What a cell has when nothing else is said. */
export const cellDefaults = {
  features: 'random',
  lambda: 0,
  tau: 0,
  activation: 'shifted-relu',
  method: 'pgd',
  attackSteps: 2,
  testAttack: 'pgd',
  testRows: 2000,
  seed: 0,
} as const satisfies Partial<Cell>;

/** Entries of the feature matrix: beyond these a cell takes many gigabytes. */
const MOST_FEATURES = 1e8;

/** A cell as people write it: psi2, d and eps, and whatever else differs from `cellDefaults`. */
export type CellArgs = Partial<Cell> & Pick<Cell, 'psi2' | 'd' | 'eps'>;

/** The cell with its defaults filled in; epsTest is eps unless given. @throws InvalidArgumentError naming a bad field */
export function cell(args: CellArgs): Cell {
  const filled: Cell = { psi1: 1, epsTest: [args.eps], ...cellDefaults, ...args };
  checkChoice('features', filled.features, FEATURES);
  checkPositive('psi1', filled.psi1);
  checkPositive('psi2', filled.psi2);
  checkInteger('d', filled.d);
  checkNonNegative('eps', filled.eps);
  for (const eps of filled.epsTest) checkNonNegative('epsTest', eps);
  checkNonNegative('lambda', filled.lambda);
  checkNonNegative('tau', filled.tau);
  checkChoice('activation', filled.activation, activationNames);
  checkChoice('method', filled.method, METHODS);
  checkInteger('attackSteps', filled.attackSteps);
  checkChoice('testAttack', filled.testAttack, TEST_ATTACKS);
  checkInteger('testRows', filled.testRows, 2);
  checkInteger('seed', filled.seed, 0);
  if (filled.features === 'linear' && filled.psi1 !== 1)
    throw new InvalidArgumentError('psi1', filled.psi1, '1 for linear features, where N = d');
  return filled;
}

/** The cell itself, if it can be simulated. @throws InvalidArgumentError for N = n at eps = lambda = 0, or one too large */
export function simulable(of: Cell): Cell {
  if (of.eps === 0 && of.lambda === 0 && widthOf(of) === rowsOf(of))
    throw new InvalidArgumentError(
      'psi1',
      of.psi1,
      'N other than n at eps = lambda = 0, where the risk is infinite',
    );
  if (widthOf(of) * rowsOf(of) > MOST_FEATURES)
    throw new InvalidArgumentError(
      'd',
      of.d,
      `N n = psi1 psi2 d^2 at most ${MOST_FEATURES}, to fit in memory`,
    );
  return of;
}

/** N and n, at least 1 each. */
export const widthOf = ({ psi1, d }: Cell): number => Math.max(1, Math.round(psi1 * d));
export const rowsOf = ({ psi2, d }: Cell): number => Math.max(1, Math.round(psi2 * d));

/** A name for the cell that does not depend on the order of its fields. */
export function cellKey(of: Cell): string {
  const sorted = Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/**
 * The name of the cell's random streams. Cells that differ only in how they are trained or tested share their data and
 * their features, so that methods and attacks are compared on the same models.
 */
export const streamKey = (of: Cell): string =>
  cellKey({ ...of, method: 'pgd', attackSteps: 1, testAttack: 'pgd', testRows: 2, epsTest: [] });
