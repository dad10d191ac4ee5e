import {
  cholesky,
  congruence,
  type Matrix,
  quadraticForm,
  solveRows,
  trace,
  traceOfProduct,
} from '../denseSymmetric.ts';
import { checkPositive, InvalidArgumentError } from '../errors.ts';
import type { FeatureMap } from './featureMap.ts';

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

/** Directions below this share of the mean eigenvalue are rounding, and are kept from blowing up. */
const RELATIVE_FLOOR = 1e-11;

/**
 * The features of any frozen network on any data, through three measured moments, best estimated on many more held-out
 * inputs than features. A plug-in prediction of Gaussian equivalence, not a theorem. Each evaluation costs a few
 * Cholesky factorisations of order N.
 * @throws InvalidArgumentError when sizes disagree, or F or J is not symmetric positive semidefinite; the message
 * carries the sizes.
 */
export function measuredFeatures(options: MeasuredFeaturesOptions): FeatureMap {
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

  const A = new Float64Array(n * n);
  const L = new Float64Array(n * n);
  const byF = new Float64Array(n * n);
  const byJ = new Float64Array(n * n);
  const byI = new Float64Array(n * n);
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  checkSemidefinite('F', F);
  checkSemidefinite('J', J);

  /** Factors A = eta F + zeta J + lambda I, and returns y = L^-1 c. */
  function factor(eta: number, zeta: number, lambda: number): Float64Array {
    for (let i = 0; i < A.length; i++) A[i] = eta * F[i]! + zeta * J[i]!;
    const ridge = lambda + (RELATIVE_FLOOR * trace(A, n)) / n;
    for (let i = 0; i < n; i++) A[i * n + i]! += ridge;
    cholesky(A, n, L);
    const y = c.slice();
    solveRows(L, n, y, 1);
    return y;
  }

  function checkSemidefinite(name: string, M: Matrix): void {
    A.set(M);
    const floor = (RELATIVE_FLOOR * trace(M, n)) / n;
    for (let i = 0; i < n; i++) A[i * n + i]! += floor;
    if (!(trace(M, n) > 0) || !cholesky(A, n, L))
      throw new InvalidArgumentError(name, `${n} x ${n}`, 'a positive semidefinite matrix');
  }

  const explained = factor(1, 0, 0).reduce((sum, value) => sum + value * value, 0);
  if (explained > targetVariance * (1 + 1e-9))
    throw new InvalidArgumentError('targetVariance', targetVariance, `at least c' F^-1 c = ${explained}`);
  congruence(L, n, F, byF);
  const rank = Math.round(trace(byF, n)) / inputDimension;

  const map: FeatureMap = {
    name: 'measured features',
    signalVariance: targetVariance,
    rank,
    proportions: {},
    with: () => map,
    moments(eta, zeta, lambda, out) {
      const y = factor(eta, zeta, lambda);
      congruence(L, n, F, byF);
      congruence(L, n, J, byJ);
      congruence(L, n, identity, byI);
      out.traceF = trace(byF, n) / inputDimension;
      out.traceFF = traceOfProduct(byF, byF) / inputDimension;
      out.traceFJ = traceOfProduct(byF, byJ) / inputDimension;
      out.traceFI = traceOfProduct(byF, byI) / inputDimension;
      out.signal = y.reduce((sum, value) => sum + value * value, 0);
      out.signalJ = quadraticForm(byJ, n, y);
      out.signalI = quadraticForm(byI, n, y);
      // targetVariance - 2 eta S + eta^2 S_F with eta S_F = S - zeta S_J - lambda S_I.
      const bias = targetVariance - eta * (out.signal + zeta * out.signalJ + lambda * out.signalI);
      out.bias = Math.max(bias, 0);
    },
  };
  return map;
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
