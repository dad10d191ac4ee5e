import { choleskySolve, dot, norm } from '../../numerics/vectors.ts';
import type { Scaling } from './cones.ts';

/** The norm in which the input may be perturbed. */
export type AttackNorm = 'l2' | 'linf' | 'l1';

/**
 * What a Newton system gains from a norm block: with q the bound on the norm, the matrix in (dtheta, dq, ...) is
 *
 *   [ diagonal + sum weight row row'   border ]
 *   [ border'                          corner ]
 */
export interface BlockForm {
  readonly diagonal: Float64Array;
  /** A rank-one term 2 row row'; null when there is none. */
  readonly row: Float64Array | null;
  /** Multiple of the metric J in place of the diagonal; 0 without one. */
  readonly metricWeight: number;
  /** Columns beside theta; the first belongs to q. */
  readonly border: readonly Float64Array[];
  /** Symmetric, in the order of the columns. */
  readonly corner: readonly (readonly number[])[];
}

/**
 * The constraint q >= |theta|_* of one shared bound q, in the norm dual to the attack's, as cones. `q` below is the block's own
 * part of x, `s` and `z` the full cone vectors, of which it owns a stretch.
 */
export interface NormBlock {
  readonly lp: number;
  readonly cones: number;
  readonly coneSize: number;
  /** Numbers in its part of x. */
  readonly variables: number;
  /** About |theta|_*^2 / |theta|^2 for coefficients of similar size; 1 for the l2 norm. Only a start depends on it. */
  readonly euclideanSize: number;
  /** |theta|_* */
  penalty(theta: Float64Array): number;
  /** |g| in the norm dual to the penalty: the attack's own. */
  attackNorm(g: Float64Array): number;
  bound(q: Float64Array): number;
  apply(theta: Float64Array, q: Float64Array, s: Float64Array): void;
  /** Adds to gTheta, and sets gQ. */
  applyTransposed(z: Float64Array, gTheta: Float64Array, gQ: Float64Array): void;
  /** An interior q, and z whose part at q is `zeta`. The slack above the norm is about `slack`. */
  start(theta: Float64Array, slack: number, q: Float64Array): void;
  startDual(s: Float64Array, zeta: number, z: Float64Array): void;
  form(scaling: Scaling): BlockForm;
  /** Splits the right-hand side of its variables: what goes to theta, and to the rows of the border. */
  reduce(rhsTheta: Float64Array, rhsQ: Float64Array): number[];
  /** From the solution of the border, its part of x in place of the right-hand side. */
  expand(theta: Float64Array, border: readonly number[], rhsQ: Float64Array): void;
}

/** The l2 norm, or the norm sqrt(theta' J theta) for J = L L' with L the lower triangle of `factor`. */
export function euclideanBlock(N: number, at: number, factor: Float64Array | null): NormBlock {
  const image = (theta: Float64Array): Float64Array => (factor ? upperTimes(factor, theta) : theta);
  return {
    lp: 0,
    cones: 1,
    coneSize: N + 1,
    variables: 1,
    euclideanSize: 1,
    penalty: (theta) => norm(image(theta)),
    attackNorm: (g) => (factor ? Math.sqrt(Math.max(0, dot(g, choleskySolve(factor, g.slice())))) : norm(g)),
    bound: (q) => q[0]!,
    apply(theta, q, s) {
      s[at] = q[0]!;
      s.set(image(theta), at + 1);
    },
    applyTransposed(z, gTheta, gQ) {
      gQ[0] = z[at]!;
      const v = z.subarray(at + 1, at + 1 + N);
      const pulled = factor ? lowerTimes(factor, v) : v;
      for (let j = 0; j < N; j++) gTheta[j]! += pulled[j]!;
    },
    start(theta, slack, q) {
      q[0] = Math.hypot(norm(image(theta)), slack);
    },
    startDual(s, zeta, z) {
      z[at] = zeta;
      for (let j = 1; j <= N; j++) z[at + j] = (-zeta * s[at + j]!) / s[at]!;
    },
    form({ beta, point }) {
      const e = 1 / (beta[0]! * beta[0]!);
      const head = point[0]! / beta[0]!;
      const omega = point.slice(1, N + 1).map((value) => -value / beta[0]!);
      const row = factor ? lowerTimes(factor, omega) : omega;
      return {
        diagonal: new Float64Array(N).fill(factor ? 0 : e),
        metricWeight: factor ? e : 0,
        row,
        border: [row.map((value) => 2 * head * value)],
        corner: [[e * (2 * point[0]! ** 2 - 1)]],
      };
    },
    reduce: (_, rhsQ) => [rhsQ[0]!],
    expand(_, border, rhsQ) {
      rhsQ[0] = border[0]!;
    },
  };
}

/** The l-infinity norm, under which an l1 attack is paid for: q - theta_j >= 0 and q + theta_j >= 0. */
export function maximumBlock(N: number, at: number): NormBlock {
  return {
    lp: 2 * N,
    cones: 0,
    coneSize: 1,
    variables: 1,
    euclideanSize: 1 / N,
    penalty: largest,
    attackNorm: sumOfSizes,
    bound: (q) => q[0]!,
    apply(theta, q, s) {
      for (let j = 0; j < N; j++) {
        s[at + j] = q[0]! - theta[j]!;
        s[at + N + j] = q[0]! + theta[j]!;
      }
    },
    applyTransposed(z, gTheta, gQ) {
      gQ[0] = 0;
      for (let j = 0; j < N; j++) {
        gQ[0]! += z[at + j]! + z[at + N + j]!;
        gTheta[j]! += z[at + N + j]! - z[at + j]!;
      }
    },
    start(theta, slack, q) {
      q[0] = largest(theta) + slack;
    },
    startDual(s, zeta, z) {
      let total = 0;
      for (let j = at; j < at + 2 * N; j++) total += 1 / s[j]!;
      for (let j = at; j < at + 2 * N; j++) z[j] = zeta / (s[j]! * total);
    },
    form({ weight }) {
      const diagonal = new Float64Array(N);
      const border = new Float64Array(N);
      let corner = 0;
      for (let j = 0; j < N; j++) {
        const above = 1 / weight[at + j]! ** 2;
        const below = 1 / weight[at + N + j]! ** 2;
        diagonal[j] = above + below;
        border[j] = below - above;
        corner += above + below;
      }
      return { diagonal, metricWeight: 0, row: null, border: [border], corner: [[corner]] };
    },
    reduce: (_, rhsQ) => [rhsQ[0]!],
    expand(_, border, rhsQ) {
      rhsQ[0] = border[0]!;
    },
  };
}

/**
 * The l1 norm, under which an l-infinity attack is paid for: h_j >= |theta_j| and q = sum h_j. Eliminating h leaves q and the
 * multiplier of its definition beside theta, with the Schur complements of the h_j on the diagonal and in the corner.
 */
export function sumBlock(N: number, at: number): NormBlock {
  // Second derivatives in h_j, and what couples h_j with theta_j over them.
  const curvature = new Float64Array(N);
  const coupling = new Float64Array(N);
  return {
    lp: 2 * N,
    cones: 0,
    coneSize: 1,
    variables: N,
    euclideanSize: N,
    penalty: sumOfSizes,
    attackNorm: largest,
    bound: (q) => q.reduce((sum, value) => sum + value, 0),
    apply(theta, q, s) {
      for (let j = 0; j < N; j++) {
        s[at + j] = q[j]! - theta[j]!;
        s[at + N + j] = q[j]! + theta[j]!;
      }
    },
    applyTransposed(z, gTheta, gQ) {
      for (let j = 0; j < N; j++) {
        gQ[j] = z[at + j]! + z[at + N + j]!;
        gTheta[j]! += z[at + N + j]! - z[at + j]!;
      }
    },
    start(theta, slack, q) {
      for (let j = 0; j < N; j++) q[j] = Math.hypot(theta[j]!, slack / N);
    },
    startDual(s, zeta, z) {
      for (let j = 0; j < N; j++) {
        const total = s[at + j]! + s[at + N + j]!;
        z[at + j] = (zeta * s[at + N + j]!) / total;
        z[at + N + j] = (zeta * s[at + j]!) / total;
      }
    },
    form({ weight }) {
      const diagonal = new Float64Array(N);
      let inverseSum = 0;
      for (let j = 0; j < N; j++) {
        const above = 1 / weight[at + j]! ** 2;
        const below = 1 / weight[at + N + j]! ** 2;
        curvature[j] = above + below;
        coupling[j] = (below - above) / (above + below);
        diagonal[j] = (4 * above * below) / (above + below);
        inverseSum += 1 / (above + below);
      }
      return {
        diagonal,
        metricWeight: 0,
        row: null,
        border: [new Float64Array(N), coupling.slice()],
        corner: [
          [0, 1],
          [1, -inverseSum],
        ],
      };
    },
    reduce(rhsTheta, rhsQ) {
      // The right-hand side of the multiplier's row, h eliminated.
      let multiplier = 0;
      for (let j = 0; j < N; j++) {
        rhsTheta[j]! -= coupling[j]! * rhsQ[j]!;
        multiplier += rhsQ[j]! / curvature[j]!;
      }
      return [0, multiplier];
    },
    expand(theta, border, rhsQ) {
      for (let j = 0; j < N; j++)
        rhsQ[j] = (rhsQ[j]! + border[1]!) / curvature[j]! - coupling[j]! * theta[j]!;
    },
  };
}

const largest = (x: Float64Array): number => x.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
const sumOfSizes = (x: Float64Array): number => x.reduce((sum, value) => sum + Math.abs(value), 0);

/** L v for L the lower triangle of `factor`. */
function lowerTimes(factor: Float64Array, v: Float64Array): Float64Array {
  const N = v.length;
  const product = new Float64Array(N);
  for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) product[i]! += factor[i * N + j]! * v[j]!;
  return product;
}

/** L' v. */
function upperTimes(factor: Float64Array, v: Float64Array): Float64Array {
  const N = v.length;
  const product = new Float64Array(N);
  for (let i = 0; i < N; i++) for (let j = 0; j <= i; j++) product[j]! += factor[i * N + j]! * v[i]!;
  return product;
}
