import type { LinearAlgebra } from '../../numerics/linearAlgebra.ts';
import { choleskySolve, dot, norm, times, transpose, transposedTimes } from '../../numerics/vectors.ts';
import type { Jacobians } from '../jacobians.ts';
import { addToDiagonal, CONE_JITTER } from '../jitter.ts';
import { type ConeShape, coneLength, type Scaling } from './cones.ts';
import { dualBound } from './dualBound.ts';
import type { Bounds, InteriorPoint, StartedProgramme } from './interiorPoint.ts';
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

/** How often a dual residual is taken away: what is left is of the order of rounding. */
const CORRECTIONS = 2;

export interface PerSampleProblem extends ResidualProblem {
  readonly d: number;
  readonly jacobians: Jacobians;
}

/**
 * Minimise (1/2) sum (|y_i - theta' phi_i| + eps |K_i theta|)^2 + (n lambda / 2) |theta|^2 for any Jacobians K_i, as a cone
 * programme in x = (theta, p, q), or (theta, b, p, q) for residuals less an intercept b: q_i >= |K_i theta| is one
 * second-order cone a sample. Its Newton matrix in theta is
 *
 *   n lambda I + sum_i e_i K_i' K_i + sum_i of rank two in phi_i and k_i = K_i' omega_i.
 *
 * Jacobians that know their structure, as those of one layer do, give the middle sum without forming any K_i. An intercept
 * is a feature that is always 1, without a gradient and without a penalty.
 */
export function perSampleProgramme(problem: PerSampleProblem, algebra: LinearAlgebra): StartedProgramme {
  const { n, N, d, jacobians, y, eps, intercept } = problem;
  const { M, phi, ridge } = designOf(problem);
  const shape: ConeShape = { lp: 2 * n, cones: n, size: d + 1 };
  const size = M + 2 * n;
  const features = transpose(phi, n, M);

  // eps^2 sum K_i' K_i + Phi' Phi + n lambda I, in which dual residuals are measured. An intercept is beside all that: about
  // their means the features are orthogonal to it.
  // Null where it is singular even so; no dual residual can then be measured, and the bounds that need one say nothing.
  const metric = ((): Float64Array | null => {
    const matrix = new Float64Array(N * N);
    const phiPhi = new Float64Array(N * N);
    jacobians.weightedGram(new Float64Array(n).fill(eps * eps), matrix);
    const columns = features.subarray(0, N * n);
    algebra.multiplyTransposed(columns, columns, phiPhi, { m: N, n: N, k: n, lower: true });
    for (let j = 0; j < N * N; j++) matrix[j]! += phiPhi[j]!;
    addToDiagonal(matrix, N, CONE_JITTER, ridge);
    return algebra.choleskyInPlace(matrix, N) ? matrix : null;
  })();

  const form = newResidualForm(n);
  const pull = new Float64Array(n);
  const width = new Float64Array(n);
  // What is left of q_i once p_i is eliminated; pull_i k_i - coupling_i phi_i couples it with the coefficients.
  const schur = new Float64Array(n);
  // Columns [phi_i, k_i], and the same with the 2 x 2 form of each sample, q_i eliminated.
  const left = new Float64Array(M * 2 * n);
  const right = new Float64Array(M * 2 * n);
  for (let a = 0; a < M; a++) left.set(features.subarray(a * n, (a + 1) * n), a * 2 * n);
  const gram = new Float64Array(N * N);
  const hessian = new Float64Array(M * M);
  // Its last row, that of an intercept, stays zero.
  const pulled = new Float64Array(M * n);
  const backward = pulled.subarray(0, N * n);

  function apply(x: Float64Array): Float64Array {
    const s = residualSlacks(phi, M, n, x, coneLength(shape));
    const theta = x.subarray(0, N);
    const images = jacobians.images(theta);
    for (let i = 0; i < n; i++) {
      const at = 2 * n + i * (d + 1);
      s[at] = x[M + n + i]!;
      s.set(images.subarray(i * d, (i + 1) * d), at + 1);
    }
    return s;
  }

  return {
    shape,
    size,
    apply,

    applyTransposed(z) {
      const result = residualPull(phi, M, n, z, size);
      for (let i = 0; i < n; i++) result[M + n + i] = z[2 * n + i * (d + 1)]!;
      jacobians.pullBack(tailsOf(z, 2 * n, n, d), backward);
      for (let a = 0; a < N; a++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += backward[a * n + i]!;
        result[a]! += sum;
      }
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      for (let i = 0; i < n; i++) {
        const t = x[M + i]! + eps * x[M + n + i]!;
        result[M + i] = t;
        result[M + n + i] = eps * t;
      }
      return result;
    },

    factor(scaling: Scaling) {
      residualForm(scaling, eps, form);
      const { curvature, coupling } = form;
      // omega = w^-1 of each cone: W^-2 = 2 omega omega' - e J with e = 1 / beta^2.
      const omega = tailsOf(scaling.point, 0, n, d);
      for (let i = 0; i < n; i++) {
        const e = 1 / (scaling.beta[i]! * scaling.beta[i]!);
        const head = scaling.point[i * (d + 1)]! / scaling.beta[i]!;
        width[i] = e;
        pull[i] = 2 * head;
        schur[i] = form.width[i]! + e * (2 * scaling.point[i * (d + 1)]! ** 2 - 1);
        for (let j = 0; j < d; j++) omega[i * d + j]! *= -1 / scaling.beta[i]!;
      }
      jacobians.pullBack(omega, backward);
      const [onPhi, across, onPull] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        onPhi[i] = curvature[i]! - coupling[i]! ** 2 / schur[i]!;
        across[i] = (coupling[i]! * pull[i]!) / schur[i]!;
        onPull[i] = (2 * (form.width[i]! - width[i]!)) / schur[i]!;
      }
      for (let a = 0; a < M; a++) {
        const own = a * 2 * n;
        for (let i = 0; i < n; i++) {
          const f = left[own + i]!;
          const k = pulled[a * n + i]!;
          left[own + n + i] = k;
          right[own + i] = onPhi[i]! * f + across[i]! * k;
          right[own + n + i] = across[i]! * f + onPull[i]! * k;
        }
      }
      jacobians.weightedGram(width, gram);
      algebra.multiplyTransposed(left, right, hessian, { m: M, n: M, k: 2 * n, lower: true });
      for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) hessian[a * M + b]! += gram[a * N + b]!;
      addToDiagonal(hessian, M, CONE_JITTER, ridge, N);
      return algebra.choleskyInPlace(hessian, M);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const q = rhs.subarray(M + n);
      // What the rows of p and q say, moved to phi_i and k_i.
      const moved = new Float64Array(2 * n);
      for (let i = 0; i < n; i++) {
        q[i]! -= eps * p[i]! * form.inverse[i]!;
        moved[i] = form.slope[i]! * p[i]! - (form.coupling[i]! * q[i]!) / schur[i]!;
        moved[n + i] = (pull[i]! * q[i]!) / schur[i]!;
      }
      const fromRows = times(left, moved, M);
      for (let a = 0; a < M; a++) theta[a]! -= fromRows[a]!;
      choleskySolve(hessian, theta);
      const along = transposedTimes(left, theta, 2 * n);
      for (let i = 0; i < n; i++) {
        const bounded = pull[i]! * along[n + i]! - form.coupling[i]! * along[i]!;
        q[i] = (q[i]! - bounded) / schur[i]!;
        p[i] = (p[i]! - eps * q[i]!) * form.inverse[i]! - form.slope[i]! * along[i]!;
      }
      return rhs;
    },

    bounds({ x, z, s, az }): Bounds {
      const theta = x.subarray(0, N);
      const upper = objective(x, s);
      const u = residualDuals(z, n, intercept);
      const v = tailsOf(z, 2 * n, n, d);
      const at = { theta, g: az.subarray(0, N), ridge, metric, reach: Math.sqrt(6 * upper + 2 * dot(y, y)) };
      const { atFeasible, ...found } = dualBound({ ...at, ...dualValue(u, v) });
      // Where the dual residual costs more than all the rest of the gap, a dual point without it does better.
      if (metric === null || atFeasible - found.lower < upper - atFeasible) return { upper, ...found };
      return { upper, ...found, lower: Math.max(found.lower, nearestFeasible(at, u, v, metric)) };
    },

    start() {
      // The objective lies between (1/2) sum (r_i^2 + eps^2 q_i^2) + ridge and twice that, and so does its value at the
      // minimiser of this quadratic: at most twice the optimum. Where theta = 0 is better still, from there.
      const zero = { x: new Float64Array(size), s: new Float64Array(coneLength(shape)) };
      const x = new Float64Array(size);
      if (metric) x.set(choleskySolve(metric, transposedTimes(problem.phi, y, N)));
      const quadratic = { x, s: apply(x) };
      const atZero = 0.5 * dot(y, y);
      const atQuadratic = objective(x, quadratic.s);
      return atQuadratic < atZero ? inside(quadratic, atQuadratic) : inside(zero, atZero);
    },
  };

  /** The terms of the dual objective in u and v. */
  function dualValue(u: Float64Array, v: Float64Array): { linear: number; quadratic: number } {
    let quadratic = 0;
    for (let i = 0; i < n; i++)
      quadratic += 0.5 * Math.max(Math.abs(u[i]!), norm(v.subarray(i * d, (i + 1) * d)) / eps) ** 2;
    return { linear: dot(u, y), quadratic };
  }

  /**
   * The dual bound after the least change of (u, v / eps) that takes their dual residual away. In u and v, overwritten, that is
   * -Phi delta and -eps^2 K_i delta, with theta + delta in place of theta, for M delta = the residual; once more for what
   * rounding leaves of it.
   */
  function nearestFeasible(
    { theta, g, reach }: { readonly theta: Float64Array; readonly g: Float64Array; readonly reach: number },
    u: Float64Array,
    v: Float64Array,
    factor: Float64Array,
  ): number {
    let at = { theta, g, ridge, metric, reach };
    let most = 0;
    for (let round = 0; round < CORRECTIONS; round++) {
      const delta = choleskySolve(
        factor,
        at.g.map((value, a) => value - ridge * at.theta[a]!),
      );
      const fitted = times(problem.phi, delta, n);
      for (let i = 0; i < n; i++) u[i]! -= fitted[i]!;
      const images = jacobians.images(delta);
      for (let j = 0; j < v.length; j++) v[j]! -= eps * eps * images[j]!;
      at = { ...at, theta: at.theta.map((value, a) => value + delta[a]!), g: pulledBack(u, v) };
      most = Math.max(most, dualBound({ ...at, ...dualValue(u, v) }).lower);
    }
    return most;
  }

  /** Phi' u + sum K_i' v_i. */
  function pulledBack(u: Float64Array, v: Float64Array): Float64Array {
    const g = transposedTimes(problem.phi, u, N);
    jacobians.pullBack(v, backward);
    for (let a = 0; a < N; a++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += backward[a * n + i]!;
      g[a]! += sum;
    }
    return g;
  }

  /** P at the coefficients in x, s holding the K_i theta. */
  function objective(x: Float64Array, s: Float64Array): number {
    const theta = x.subarray(0, N);
    const fitted = times(phi, x.subarray(0, M), n);
    let value = (ridge / 2) * dot(theta, theta);
    for (let i = 0; i < n; i++) {
      const at = 2 * n + i * (d + 1) + 1;
      value += 0.5 * (Math.abs(y[i]! - fitted[i]!) + eps * norm(s.subarray(at, at + d))) ** 2;
    }
    return value;
  }

  /** An interior point at theta, where the objective has this value; s = A x at p = q = 0. */
  function inside({ x, s }: { x: Float64Array; s: Float64Array }, value: number): InteriorPoint {
    const distance = DISTANCE * (Math.sqrt((2 * value) / n) || 1);
    const z = new Float64Array(s.length);
    const residuals = y.map((value, i) => value - s[i]!);
    const q = x.subarray(M + n);
    for (let i = 0; i < n; i++) {
      const at = 2 * n + i * (d + 1);
      q[i] = Math.hypot(norm(s.subarray(at + 1, at + 1 + d)), distance / eps);
    }
    const costs = q.map((bound) => eps * bound);
    const t = startResiduals({ residuals, costs, distance }, { p: x.subarray(M, M + n), s, z });
    for (let i = 0; i < n; i++) {
      const at = 2 * n + i * (d + 1);
      s[at] = q[i]!;
      z[at] = eps * t[i]!;
      for (let j = 1; j <= d; j++) z[at + j] = (-eps * t[i]! * s[at + j]!) / q[i]!;
    }
    return { x, s, z };
  }
}

/** The tails of the n cones that begin at `from`, n x d. */
function tailsOf(points: Float64Array, from: number, n: number, d: number): Float64Array {
  const v = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const at = from + i * (d + 1) + 1;
    v.set(points.subarray(at, at + d), i * d);
  }
  return v;
}
