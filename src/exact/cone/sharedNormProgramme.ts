import { type LinearAlgebra, linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot } from '../../numerics/vectors.ts';
import { type ConeShape, coneLength, type Scaling } from './cones.ts';
import { outputsOf, weightedSum } from './design.ts';
import { lowRankSystem, withUnitColumn } from './diagonalPlusLowRank.ts';
import type { StartedProgramme } from './interiorPoint.ts';
import { type AttackNorm, euclideanBlock, maximumBlock, type NormBlock, sumBlock } from './normBlocks.ts';
import {
  DISTANCE,
  designOf,
  newResidualForm,
  type ResidualProblem,
  residualDuals,
  residualForm,
  residualPull,
  residualSlacks,
  startResiduals,
} from './residualCones.ts';

export interface SharedNormProblem extends ResidualProblem {
  readonly norm: AttackNorm;
  /** J and its Cholesky factor for the norm sqrt(theta' J theta), each N x N in the lower triangle; norm 'l2' only. */
  readonly metric?: { readonly matrix: Float64Array; readonly factor: Float64Array };
}

/**
 * Minimise (1/2) sum (|y_i - theta' phi_i| + eps |theta|_*)^2 + (n lambda / 2) |theta|^2, all samples sharing one norm of theta,
 * as a cone programme in x = (theta, p, q), or (theta, b, p, q) for residuals less an intercept b. The Newton matrix in theta
 * is a diagonal (or a multiple of J) plus Phi' A Phi and a border of one or two columns; it is factored in the smaller of N
 * and n.
 */
export function sharedNormProgramme(problem: SharedNormProblem, algebra: LinearAlgebra): StartedProgramme {
  const { n, N, y, eps, lambda, metric, intercept } = problem;
  const design = designOf(problem);
  const { M } = design;
  const ridge = n * lambda;
  const block = blockOf(problem);
  const shape: ConeShape = { lp: 2 * n + block.lp, cones: block.cones, size: block.coneSize };
  const size = M + n + block.variables;
  const form = newResidualForm(n);
  // A row of zeros below Phi for the block's rank-one term.
  const rows = new Float64Array((n + 1) * N);
  rows.set(problem.phi);
  const weights = new Float64Array(n + 1);
  const dense = metric && { matrix: metric.matrix, weight: 0 };
  const features = lowRankSystem(rows, n + 1, N, algebra, { ridge, ...(dense && { dense }) });
  const system = intercept ? withUnitColumn(features, rows, n, N, algebra) : features;
  let border: Float64Array[] = [];
  let solved: Float64Array[] = [];
  let schur: number[][] = [];

  const q = (x: Float64Array): Float64Array => x.subarray(M + n);

  function apply(x: Float64Array): Float64Array {
    const s = residualSlacks(design, x, coneLength(shape));
    const theta = x.subarray(0, N);
    block.apply(theta, q(x), s);
    return s;
  }

  return {
    shape,
    size,
    apply,

    applyTransposed(z) {
      const result = residualPull(design, z, size);
      block.applyTransposed(z, result.subarray(0, N), q(result));
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      const bound = eps * block.bound(q(x));
      let total = 0;
      for (let i = 0; i < n; i++) {
        result[M + i] = x[M + i]! + bound;
        total += result[M + i]!;
      }
      q(result).fill(eps * total);
      return result;
    },

    factor(scaling: Scaling) {
      residualForm(scaling, eps, form);
      const { diagonal, metricWeight, row, border: columns, corner } = block.form(scaling);
      for (let a = 0; a < N; a++) diagonal[a]! += ridge;
      weights.set(form.curvature);
      weights[n] = row ? 2 : 0;
      if (row) rows.set(row, n * N);
      if (dense) dense.weight = metricWeight;
      if (!system.factor(diagonal, weights)) return false;
      const pull = weightedSum(design, form.coupling);
      border = columns.map((column, k) => {
        const beside = new Float64Array(M);
        beside.set(column);
        return k === 0 ? beside.map((value, a) => value - pull[a]!) : beside;
      });
      const width = form.width.reduce((sum, value) => sum + value, 0);
      solved = border.map((column) => system.solve(column.slice()));
      schur = corner.map((line, i) =>
        line.map((value, j) => value + (i + j === 0 ? width : 0) - dot(border[i]!, solved[j]!)),
      );
      return true;
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const onPhi = new Float64Array(n);
      let onBound = 0;
      for (let i = 0; i < n; i++) {
        onPhi[i] = form.slope[i]! * p[i]!;
        onBound += eps * form.inverse[i]! * p[i]!;
      }
      const fromPhi = weightedSum(design, onPhi);
      for (let a = 0; a < M; a++) theta[a]! -= fromPhi[a]!;
      const right = block.reduce(theta, q(rhs));
      right[0]! -= onBound;
      system.solve(theta);
      const beside = solveSmall(
        schur,
        right.map((value, k) => value - dot(border[k]!, theta)),
      );
      for (let k = 0; k < beside.length; k++)
        for (let a = 0; a < M; a++) theta[a]! -= beside[k]! * solved[k]![a]!;
      block.expand(theta, beside, q(rhs));
      const fitted = outputsOf(design, theta);
      for (let i = 0; i < n; i++)
        p[i] = (p[i]! - eps * beside[0]!) * form.inverse[i]! - form.slope[i]! * fitted[i]!;
      return rhs;
    },

    bounds({ x, z, az }) {
      const upper = objective(x.subarray(0, M));
      return { upper, ...lowerBound(problem, block, x.subarray(0, N), z, az) };
    },

    start() {
      // Least squares of |r| and eps |theta|_* in place of their sum, or theta = 0 where that is better still.
      const least = leastSquares();
      const theta = objective(least) < objective(new Float64Array(M)) ? least : new Float64Array(M);
      const distance = DISTANCE * (Math.sqrt((2 * objective(theta)) / n) || 1);
      const x = new Float64Array(size);
      x.set(theta);
      block.start(x.subarray(0, N), distance / eps, q(x));
      const residuals = outputsOf(design, theta).map((fitted, i) => y[i]! - fitted);
      const s = apply(x);
      const z = new Float64Array(s.length);
      const costs = new Float64Array(n).fill(eps * block.bound(q(x)));
      const t = startResiduals({ residuals, costs, distance }, { p: x.subarray(M, M + n), s, z });
      block.startDual(s, eps * t.reduce((sum, value) => sum + value, 0), z);
      return { x, s, z };
    },
  };

  /** P at the coefficients. */
  function objective(coefficients: Float64Array): number {
    const theta = coefficients.subarray(0, N);
    const cost = eps * block.penalty(theta);
    const fitted = outputsOf(design, coefficients);
    let value = (ridge / 2) * dot(theta, theta);
    for (let i = 0; i < n; i++) value += 0.5 * (Math.abs(y[i]! - fitted[i]!) + cost) ** 2;
    return value;
  }

  /** The coefficients of least sum r_i^2 + n eps^2 |theta|_*^2 + ridge |theta|^2, the norm by its rough Euclidean size; 0 if singular. */
  function leastSquares(): Float64Array {
    const coefficients = new Float64Array(M);
    const square = n * eps * eps;
    if (dense) dense.weight = square;
    const diagonal = new Float64Array(N).fill(ridge + (dense ? 0 : square * block.euclideanSize));
    weights.fill(1).fill(0, n);
    if (features.factor(diagonal, weights))
      coefficients.set(features.solve(algebra.transposedTimes(problem.phi, y, N)));
    return coefficients;
  }
}

function blockOf({ n, N, norm, metric }: SharedNormProblem): NormBlock {
  const at = 2 * n;
  if (norm === 'l2') return euclideanBlock(N, at, metric?.factor ?? null);
  return norm === 'linf' ? sumBlock(N, at) : maximumBlock(N, at);
}

/**
 * Fenchel's inequality: for any u and t_i >= |u_i|, with T = sum t_i,
 *
 *   P(theta*) >= u'y - (1/2) sum t_i^2 - u'Phi theta* + eps T |theta*|_* + (ridge/2) |theta*|^2.
 *
 * (1) Where |Phi' u| <= eps T in the attack's norm the terms in theta* are not negative; raising the small t_i to a common
 * level achieves that for any u, so that this bound needs no residual to be zero. (2) With ridge > 0 they are at least
 * -|Phi' u + v|^2 / (2 ridge) for any v of size at most eps T; the programme's own dual supplies v. Both are also optimised
 * over multiples of (u, t, v). With an intercept u has the sum 0; Phi being about its mean, Phi' u is then what it was.
 */
function lowerBound(
  { n, N, phi, y, eps, lambda, intercept }: SharedNormProblem,
  block: NormBlock,
  theta: Float64Array,
  z: Float64Array,
  az: Float64Array,
): { lower: number; residual: number } {
  const ridge = n * lambda;
  const u = residualDuals(z, n, intercept);
  let square = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const t = Math.max(z[i]! + z[n + i]!, Math.abs(u[i]!));
    square += t ** 2;
    total += t;
  }
  const linear = dot(u, y);
  const g = az.subarray(0, N);
  const residual = Math.sqrt(g.reduce((sum, value, a) => sum + (value - ridge * theta[a]!) ** 2, 0));
  if (!(linear > 0)) return { lower: 0, residual };
  const pulled = linearAlgebra().transposedTimes(phi, u, N);
  let lower = linear ** 2 / (2 * raisedSquare(u, block.attackNorm(pulled) / eps));
  if (ridge > 0) {
    const v = g.map((value, a) => value - pulled[a]!);
    const shrink = Math.min(1, (eps * total) / Math.max(block.attackNorm(v), Number.MIN_VALUE));
    let excess = 0;
    for (let a = 0; a < N; a++) excess += (pulled[a]! + shrink * v[a]!) ** 2;
    lower = Math.max(lower, linear ** 2 / (2 * square + (2 * excess) / ridge));
  }
  return { lower, residual };
}

/** The least sum of squares of numbers t_i >= |u_i| whose sum is at least `total`: max(|u_i|, level). */
function raisedSquare(u: Float64Array, total: number): number {
  const sizes = u.map(Math.abs).sort();
  let rest = sizes.reduce((sum, value) => sum + value, 0);
  let square = sizes.reduce((sum, value) => sum + value * value, 0);
  if (rest >= total) return square;
  // The k smallest are raised to the level (total - the others' sum) / k.
  for (let k = 1; k <= sizes.length; k++) {
    rest -= sizes[k - 1]!;
    square -= sizes[k - 1]! ** 2;
    const level = (total - rest) / k;
    if (k === sizes.length || level <= sizes[k]!) return Math.max(0, square) + k * level * level;
  }
  return square;
}

/** Solves a symmetric system of order 1 or 2. */
function solveSmall(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  if (b.length === 1) return [b[0]! / a[0]![0]!];
  const [[a00, a01], [, a11]] = a as [[number, number], [number, number]];
  const [b0, b1] = b as [number, number];
  const determinant = a00 * a11 - a01 * a01;
  return [(b0 * a11 - b1 * a01) / determinant, (a00 * b1 - a01 * b0) / determinant];
}
