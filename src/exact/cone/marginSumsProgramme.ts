import type { LinearAlgebra } from '../../numerics/linearAlgebra.ts';
import { hingeSlacks, type MarginRows, startingLength } from '../marginRows.ts';
import { weightedProducts } from '../rowBlocks.ts';
import { type ConeShape, coneLength } from './cones.ts';
import { EntryBounds } from './entryBounds.ts';
import type { StartedProgramme } from './interiorPoint.ts';
import { marginBounds } from './marginBounds.ts';
import { NewtonMatrix } from './newtonMatrix.ts';

/**
 * Minimise sum h(1 - y_i f(x_i) + eps |K_i theta|_1) + (n lambda / 2) |theta|^2, h(t) = max(0, t) or half its square, under
 * an attack in l-infinity, as a quadratic programme in x = (theta, p, h), or (theta, b, p, h): p_i >= 0,
 * p_i >= 1 - y_i f(x_i) + eps sum_j h_ij and h_ij >= |(K_i theta)_j|. With p and h eliminated its Newton matrix in theta is
 *
 *   n lambda I + sum_i K_i' diag(D_i) K_i + sum_i rho_i r_i r_i'.
 */
export function marginSumsProgramme(
  rows: MarginRows,
  power: 1 | 2,
  algebra: LinearAlgebra,
): StartedProgramme {
  const { n, N, M, d, labelled, jacobians, eps, lambda } = rows;
  const ridge = n * lambda;
  const entries = new EntryBounds({ n, d, eps, from: 2 * n });
  const shape: ConeShape = { lp: 2 * n + entries.inequalities, cones: 0, size: 1 };
  const size = M + n + entries.count;
  const bend = power === 1 ? 0 : 1;

  // What p_i >= 0 and the loss add to the second derivative in p_i, and what its other inequality adds; and what a pull on
  // 1 - y_i f + eps sum_j h_ij meets.
  const own = new Float64Array(n);
  const margin = new Float64Array(n);
  const rho = new Float64Array(n);
  const newton = new NewtonMatrix({ N, M, ridge }, algebra);
  // k_i = sum_j eps coupling_ij of the rows of K_i, n x N, and r_i = y_i phi_i + k_i, n x M.
  const pulled = new Float64Array(n * N);
  const slopes = new Float64Array(n * M);

  function addPulled(g: Float64Array, v: Float64Array): void {
    const sum = jacobians.pulledSum(v);
    for (let a = 0; a < N; a++) g[a]! += sum[a]!;
  }

  function apply(x: Float64Array): Float64Array {
    const h = x.subarray(M + n);
    const s = hingeSlacks(rows, x, entries.sums(h), coneLength(shape));
    entries.slacks(h, jacobians.images(x.subarray(0, N)), s);
    return s;
  }

  return {
    shape,
    size,
    apply,

    applyTransposed(z) {
      const result = new Float64Array(size);
      const a = z.subarray(n, 2 * n);
      result.set(algebra.transposedTimes(labelled, a, M));
      for (let i = 0; i < n; i++) result[M + i] = z[i]! + a[i]!;
      const onBounds = result.subarray(M + n);
      const v = entries.duals(z, onBounds);
      for (let e = 0; e < v.length; e++) onBounds[e]! -= eps * a[Math.floor(e / d)]!;
      addPulled(result, v);
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      for (let i = 0; i < n; i++) result[M + i] = power === 1 ? 1 : x[M + i]!;
      return result;
    },

    factor({ weight }, precision) {
      entries.eliminate(weight);
      jacobians.pullBack(
        entries.coupling.map((value) => eps * value),
        pulled,
      );
      slopes.set(labelled);
      for (let i = 0; i < n; i++) {
        own[i] = bend + 1 / weight[i]! ** 2;
        margin[i] = 1 / weight[n + i]! ** 2;
        rho[i] = 1 / (1 / own[i]! + 1 / margin[i]! + entries.inverseSum[i]!);
        for (let a = 0; a < N; a++) slopes[i * M + a]! += pulled[i * N + a]!;
      }
      jacobians.entryGram(entries.left, newton.gram, precision);
      return newton.factor(weightedProducts(slopes, M, rho), precision);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const h = rhs.subarray(M + n);
      // The change of the margins' duals, as the right-hand sides of p and h alone have it.
      const pull = entries.pulledSums(h).map((sum, i) => rho[i]! * (p[i]! / own[i]! - sum));
      const fromRows = algebra.transposedTimes(labelled, pull, M);
      for (let a = 0; a < M; a++) theta[a]! -= fromRows[a]!;
      addPulled(
        theta,
        entries.onGradients(h, pull).map((value) => -value),
      );
      newton.solve(theta);
      const outputs = algebra.times(labelled, theta, n);
      const images = jacobians.images(theta.subarray(0, N));
      const moved = entries.sums(images.map((value, e) => entries.coupling[e]! * value));
      for (let i = 0; i < n; i++) pull[i]! += rho[i]! * (outputs[i]! + moved[i]!);
      entries.solve(h, images, pull);
      // From both inequalities of p_i, as either alone cancels where the other holds.
      const costs = entries.sums(h);
      for (let i = 0; i < n; i++)
        p[i] = (p[i]! - margin[i]! * (outputs[i]! - costs[i]!)) / (own[i]! + margin[i]!);
      return rhs;
    },

    bounds({ x, z, az }) {
      const top = power === 1 ? 1 : Number.POSITIVE_INFINITY;
      const a = z.slice(n, 2 * n).map((value) => Math.min(top, value));
      return marginBounds(rows, { x, a, v: entries.duals(z), az });
    },

    start() {
      const length = startingLength(rows);
      const x = new Float64Array(size);
      x.fill(1.5 + eps * length, M, M + n).fill(length / d, M + n, size);
      const s = apply(x);
      const z = new Float64Array(s.length).fill(0.5, 0, 2 * n);
      for (let i = 0; i < n; i++) s[n + i]! -= 1;
      entries.startDuals(z.subarray(n, 2 * n), s, z);
      return { x, s, z };
    },
  };
}
