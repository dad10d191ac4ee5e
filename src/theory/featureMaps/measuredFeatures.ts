import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkPositive, InvalidArgumentError } from '../../errors.ts';
import { cholesky, type Matrix, trace } from '../../numerics/denseSymmetric.ts';
import type { FeatureMap } from './featureMap.ts';
import { diagonalisePencil, leastSquares, pencilFeatures } from './pencil.ts';

/** Moments of centred features phi(x) and a centred target y, in float64, as rows of numbers. */
export interface MeasuredFeaturesOptions {
  /** E phi phi', N x N, symmetric positive semidefinite; phi centred */
  readonly F: readonly ArrayLike<number>[];
  /** E grad phi grad phi', N x N, symmetric positive semidefinite: q^2 = theta' J theta */
  readonly J: readonly ArrayLike<number>[];
  /** E phi y, length N */
  readonly c: ArrayLike<number>;
  /** E y^2, y centred; everything of y that c does not explain acts as noise, so tau is 0 unless noise is added */
  readonly targetVariance: number;
  /** What psi2 = n / inputDimension counts samples by; default N. */
  readonly inputDimension?: number;
}

const MEASURED_OPTIONS: OptionNames<MeasuredFeaturesOptions> = {
  F: true,
  J: true,
  c: true,
  targetVariance: true,
  inputDimension: true,
};

/** Directions below this share of the mean eigenvalue are rounding: of F they hold no feature, of J no gradient. */
const RELATIVE_FLOOR = 1e-11;

/**
 * The features of any frozen network on any data, through three measured moments, best estimated on many more held-out
 * inputs than features. A plug-in prediction of Gaussian equivalence, not a theorem. F and J are made diagonal together
 * once; an evaluation then costs N^2 operations, and some N^3 with a penalty. Either may be singular: directions in which
 * J alone vanishes are out of the attack's reach (phase 'immune').
 * @throws InvalidArgumentError when sizes disagree, F or J is not symmetric positive semidefinite, or an option is unknown;
 * the message carries the sizes.
 */
export function measuredFeatures(options: MeasuredFeaturesOptions): FeatureMap {
  checkOptions('measuredFeatures', options, MEASURED_OPTIONS);
  const { targetVariance } = options;
  const n = options.F.length;
  const inputDimension = checkPositive('inputDimension', options.inputDimension ?? n);
  checkPositive('targetVariance', targetVariance);
  const F = flatten('F', options.F, n);
  const J = flatten('J', options.J, n);
  const c = Float64Array.from(options.c);
  if (c.length !== n)
    throw new InvalidArgumentError('c', `length ${c.length}`, `length ${n}, as F is ${n} x ${n}`);
  if (!c.every(Number.isFinite)) throw new InvalidArgumentError('c', 'not finite', 'finite numbers');
  checkSemidefinite('F', F, n);
  checkSemidefinite('J', J, n);
  const fit = leastSquares(F, J, c, n, RELATIVE_FLOOR);
  if (fit.reach > targetVariance * (1 + 1e-9))
    throw new InvalidArgumentError('targetVariance', targetVariance, `at least c' F^-1 c = ${fit.reach}`);
  const pencil = diagonalisePencil(F, J, c, n, RELATIVE_FLOOR);
  return pencilFeatures(pencil, fit, targetVariance, inputDimension);
}

function checkSemidefinite(name: string, M: Matrix, n: number): void {
  const A = M.slice();
  const floor = (RELATIVE_FLOOR * trace(M, n)) / n;
  for (let i = 0; i < n; i++) A[i * n + i]! += floor;
  if (!(trace(M, n) > 0) || !cholesky(A, n, new Float64Array(n * n)))
    throw new InvalidArgumentError(name, `${n} x ${n}`, 'a positive semidefinite matrix');
}

function flatten(name: string, rows: readonly ArrayLike<number>[], n: number): Matrix {
  const flat = new Float64Array(n * n);
  if (rows.length !== n || n === 0)
    throw new InvalidArgumentError(name, `${rows.length} rows`, `${n} rows, as many as F, and at least one`);
  let largest = 0;
  rows.forEach((row, i) => {
    if (row.length !== n)
      throw new InvalidArgumentError(
        name,
        `row ${i} of length ${row.length}`,
        `${n} x ${n}, as many columns as rows`,
      );
    flat.set(Array.from(row), i * n);
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(row[j]!));
  });
  if (!flat.every(Number.isFinite))
    throw new InvalidArgumentError(name, `${n} x ${n}, not finite`, 'finite entries');
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(flat[i * n + j]! - flat[j * n + i]!) > 1e-9 * largest)
        throw new InvalidArgumentError(
          name,
          `${n} x ${n}, not symmetric at (${i}, ${j})`,
          'a symmetric matrix',
        );
  return flat;
}
