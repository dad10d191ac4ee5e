import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkRows } from '../data/checkRows.ts';
import type { HostRows } from '../data/dataset.ts';
import { checkBoolean, checkChoice, UserError } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { dot, norm, times, transposedTimes } from '../numerics/vectors.ts';
import { type InteriorPoint, interiorPoint } from './cone/interiorPoint.ts';
import type { AttackNorm } from './cone/normBlocks.ts';
import { sharedNormProgramme } from './cone/sharedNormProgramme.ts';
import { EXACT_OPTIONS, type ExactOptions, resolveExact } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { centring } from './intercept.ts';
import { sharedLengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { linearCoordinates } from './leaveOneOut/linearCoordinates.ts';
import { ridge } from './ridge.ts';
import { type Formulation, type Found, scaleOf, solveProgramme } from './solveProgramme.ts';
import { solveRidge } from './solveRidge.ts';

export type { AttackNorm };

/** What {@link adversarialRegression} is asked for: radius, norm, penalty and accuracy. */
export interface AdversarialRegressionOptions extends ExactOptions {
  /** Norm that bounds the perturbation; theta pays in the dual one. Default 'l2'. */
  readonly norm?: AttackNorm;
}

const NORMS = ['l2', 'linf', 'l1'] as const;

const OPTIONS: OptionNames<AdversarialRegressionOptions> = { ...EXACT_OPTIONS, norm: true };

/**
 * Adversarially trained linear regression, exactly:
 *
 *   theta = argmin (1/2n) sum max_{|delta| <= eps} (y_i - theta'(x_i + delta))^2 + (lambda/2) |theta|^2
 *         = argmin (1/2n) sum (|y_i - theta'x_i| + eps |theta|_*)^2 + (lambda/2) |theta|^2,
 *
 * |.|_* the dual of the attack's norm (Xing, Zhang & Cheng 2021; Javanmard, Soltanolkotabi & Hassani 2020), or theta and the
 * intercept b of y_i - b - theta'x_i with `fitIntercept`. float64; the duality gap needs no residual to vanish.
 *
 * With an l-infinity attack coefficients that are zero at the optimum are exactly 0.
 * @throws InvalidArgumentError for options or data out of range; UserError at eps = lambda = 0 when the columns are dependent
 */
export function adversarialRegression(data: HostRows, options: AdversarialRegressionOptions): ExactResult {
  checkRows(data);
  const settings = resolveExact('adversarialRegression', options, OPTIONS);
  const attack = checkChoice('norm', options.norm ?? 'l2', NORMS);
  const { n, d: N } = data;
  const rows = { n, N, phi: Float64Array.from(data.x), y: Float64Array.from(data.y) };
  return settings.eps === 0
    ? solveRidge(
        rows,
        settings,
        sharedLengthsAfter((theta) => dualNorm(theta, attack)),
      )
    : solveProgramme(rows, settings, sharedNorm(attack, settings, n));
}

function sharedNorm(
  norm: AttackNorm,
  { eps, tolerance }: { eps: number; tolerance: number },
  n: number,
): Formulation {
  const common: Formulation = {
    programme: (rows) => sharedNormProgramme({ ...rows, norm }, linearAlgebra()),
    costs: (theta) => eps * dualNorm(theta, norm),
    leavingOut: {
      coordinates: (found) =>
        linearCoordinates(norm, norm === 'l1' ? atTheLargest(found, found.x.length - 1) : []),
      without: () => sharedNorm(norm, { eps, tolerance }, n),
      lengths: (theta) => new Float64Array(n).fill(dualNorm(theta, norm)),
      cones: 'shared',
    },
  };
  if (norm !== 'linf') return common;
  return {
    ...common,
    // Naming the zeros costs a little of the objective: leave room for it.
    innerTolerance: tolerance / 10,
    refine({ theta, offset, bounds: { upper, lower }, s, z }, { n, phi, y, lambda }) {
      const sparse = withZeros(theta, { s, z }, 2 * n);
      const residuals = y.map((value) => value - offset);
      const value = objectiveOf(phi, residuals, sparse, eps, n * lambda, norm);
      return value - lower <= Math.max(tolerance * value, upper - lower)
        ? { theta: sparse, upper: value }
        : { theta, upper };
    },
  };
}

/**
 * Interior points only approach a zero. At one, both duals of |theta_j| <= h_j stay positive while h_j vanishes; elsewhere
 * it is the other way about.
 */
function withZeros(theta: Float64Array, { s, z }: Pick<InteriorPoint, 's' | 'z'>, at: number): Float64Array {
  const N = theta.length;
  const most = theta.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  return theta.map((value, j) => {
    const [above, below] = [at + j, at + N + j];
    const bound = (s[above]! + s[below]!) / (2 * most);
    const slack = Math.min(z[above]!, z[below]!) / (z[above]! + z[below]!);
    return bound < slack ? 0 : value;
  });
}

/** Where |theta|_inf is attained, by the duals of |theta_j| <= q: positive there while the slack vanishes. */
function atTheLargest({ theta, x, s, z }: Found, at: number): boolean[] {
  const N = theta.length;
  const from = s.length - 2 * N;
  const total = z.subarray(from).reduce((sum, value) => sum + value, 0);
  return Array.from(theta, (value, j) => {
    const own = from + j + (value > 0 ? 0 : N);
    return s[own]! / x[at]! < z[own]! / total;
  });
}

function objectiveOf(
  phi: Float64Array,
  y: Float64Array,
  theta: Float64Array,
  eps: number,
  ridgeWeight: number,
  attack: AttackNorm,
): number {
  const cost = eps * dualNorm(theta, attack);
  const fitted = times(phi, theta, y.length);
  return y.reduce(
    (sum, value, i) => sum + 0.5 * (Math.abs(value - fitted[i]!) + cost) ** 2,
    (ridgeWeight / 2) * dot(theta, theta),
  );
}

/** The norm dual to the attack's. */
function dualNorm(theta: Float64Array, attack: AttackNorm): number {
  if (attack === 'l2') return norm(theta);
  if (attack === 'linf') return theta.reduce((sum, value) => sum + Math.abs(value), 0);
  return theta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const attackSize = (g: Float64Array, attack: AttackNorm): number =>
  attack === 'l2' ? norm(g) : dualNorm(g, attack === 'linf' ? 'l1' : 'linf');

/**
 * The eps from which theta = 0 is optimal, whatever lambda: |X'y| / sum |y_i|, |.| the attack's norm; 0 for y = 0.
 * @param attack norm of the perturbation
 * @param options fitIntercept, whether an intercept is fitted, with which X and y count about their means; default false
 * @throws InvalidArgumentError for data out of range
 */
export function criticalEpsLinear(
  data: HostRows,
  attack: AttackNorm = 'l2',
  options: { readonly fitIntercept?: boolean } = {},
): number {
  checkRows(data);
  checkChoice('norm', attack, NORMS);
  checkOptions('criticalEpsLinear', options, { fitIntercept: true });
  const { phi, y } = centring(checkBoolean('fitIntercept', options.fitIntercept ?? false), {
    ...{ n: data.n, N: data.d },
    ...{ phi: Float64Array.from(data.x), y: Float64Array.from(data.y) },
  });
  const total = y.reduce((sum, value) => sum + Math.abs(value), 0);
  return total === 0 ? 0 : attackSize(transposedTimes(phi, y, data.d), attack) / total;
}

/**
 * The largest eps at which, with lambda = 0 and independent rows (n <= d), the interpolator of least |theta|_* is optimal:
 * 1 / (n max |alpha_i|), where X'alpha is a subgradient of |.|_* at that interpolator (Ribeiro, Zachariah, Bach & Schon
 * 2023). For l2 attacks in closed form, alpha = (X X')^-1 y / |theta|; for the others alpha is read off an exact
 * solution at an eps small enough to interpolate. Without an intercept.
 * @param attack norm of the perturbation
 * @throws UserError when the rows are dependent, so that y need not be interpolated
 */
export function largestInterpolatingEps(data: HostRows, attack: AttackNorm = 'l2'): number {
  checkRows(data);
  checkChoice('norm', attack, NORMS);
  const { n, d } = data;
  const x = Float64Array.from(data.x);
  const y = Float64Array.from(data.y);
  if (n > d)
    throw new UserError(
      `${n} rows of ${d} columns: no linear function need interpolate them (n <= d is needed)`,
    );
  const theta = ridge(x, y, 0);
  const length = norm(theta);
  if (length === 0) return Number.POSITIVE_INFINITY;
  // theta = X'a, so alpha = a / |theta|; a solves X X'a = y, and X theta' has least squares through ridge once more.
  const alpha = leastRows(x, theta, n);
  const euclidean = length / (n * alpha.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  if (attack === 'l2') return euclidean;

  const unit = scaleOf(y);
  const scaled = y.map((value) => value / unit);
  // Norms differ by at most sqrt(d), and with them the answers; from there downwards.
  for (let eps = euclidean; eps > euclidean * 1e-8; eps /= 4) {
    const programme = sharedNormProgramme(
      { n, N: d, phi: x, y: scaled, eps, lambda: 0, norm: attack },
      linearAlgebra(),
    );
    const { z } = interiorPoint(programme, programme.start(), {
      tolerance: 1e-9,
      negligible: 0,
      maxIterations: 100,
    });
    let most = 0;
    let total = 0;
    for (let i = 0; i < n; i++) {
      most = Math.max(most, Math.abs(z[i]! - z[n + i]!));
      total += z[i]! + z[n + i]!;
    }
    // All residuals are zero where |u_i| < t_i, and then t_i = eps |theta|_* for every i.
    const ratio = total / n / most;
    if (ratio > 1.001) return eps * ratio;
  }
  throw new UserError('no eps was found small enough for the solution to interpolate');
}

/** a with X'a = theta, for theta in the span of independent rows. */
function leastRows(x: Float64Array, theta: Float64Array, n: number): Float64Array {
  const d = theta.length;
  const columns = new Float64Array(x.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) columns[j * n + i] = x[i * d + j]!;
  return ridge(columns, theta, 0);
}
