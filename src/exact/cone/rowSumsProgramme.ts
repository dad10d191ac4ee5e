import type { LinearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot } from '../../numerics/vectors.ts';
import { type ConeShape, coneLength } from './cones.ts';
import { outputsOf, pairProducts, weightedSum } from './design.ts';
import { EntryBounds } from './entryBounds.ts';
import type { StartedProgramme } from './interiorPoint.ts';
import { NewtonMatrix } from './newtonMatrix.ts';
import {
  DISTANCE,
  designOf,
  residualDuals,
  residualPull,
  residualSlacks,
  startResiduals,
} from './residualCones.ts';
import { sumRows } from './rowNorms.ts';
import { type PerSampleProblem, sampleBounds } from './sampleBounds.ts';

/**
 * Minimise (1/2) sum (|y_i - theta' phi_i| + eps |K_i theta|_1)^2 + (n lambda / 2) |theta|^2 for any Jacobians K_i, which is
 * what an attack in l-infinity costs, as a quadratic programme in x = (theta, p, h), or (theta, b, p, h) with an intercept:
 * p_i >= |y_i - theta' phi_i| and h_ij >= |(K_i theta)_j|. With p and h eliminated its Newton matrix in theta is
 *
 *   n lambda I + Phi' diag(a) Phi + sum_i K_i' diag(D_i) K_i + sum_i rho_i r_i r_i'.
 */
export function rowSumsProgramme(problem: PerSampleProblem, algebra: LinearAlgebra): StartedProgramme {
  const { n, N, d, jacobians, y, eps, lambda, intercept } = problem;
  const design = designOf(problem);
  const { M } = design;
  const ridge = n * lambda;
  const entries = new EntryBounds({ n, d, eps, from: 2 * n });
  const shape: ConeShape = { lp: 2 * n + entries.inequalities, cones: 0, size: 1 };
  const size = M + n + entries.count;
  const within = sampleBounds(problem, design, sumRows(d), algebra);

  // Of p_i: the second derivative that the barrier adds, and what couples p_i with phi_i' dtheta over it.
  const curvature = new Float64Array(n);
  const coupling = new Float64Array(n);
  // 1 / (1 + 1 / curvature + inverseSum): what a pull on t_i = p_i + eps sum_j h_ij meets.
  const rho = new Float64Array(n);
  const newton = new NewtonMatrix({ N, M, ridge }, algebra);
  const productsOf = pairProducts(design, N);
  // k_i = sum_j eps coupling_ij of the rows of K_i, n x N.
  const pulled = new Float64Array(n * N);

  function apply(x: Float64Array): Float64Array {
    const s = residualSlacks(design, x, coneLength(shape));
    entries.slacks(x.subarray(M + n), jacobians.images(x.subarray(0, N)), s);
    return s;
  }

  return {
    shape,
    size,
    apply,

    applyTransposed(z) {
      const result = residualPull(design, z, size);
      within.addPulled(result, entries.duals(z, result.subarray(M + n)));
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      const costs = entries.sums(x.subarray(M + n));
      for (let i = 0; i < n; i++) {
        const t = x[M + i]! + costs[i]!;
        result[M + i] = t;
        result.fill(eps * t, M + n + i * d, M + n + (i + 1) * d);
      }
      return result;
    },

    factor({ weight }, precision) {
      entries.eliminate(weight);
      jacobians.pullBack(
        entries.coupling.map((value) => eps * value),
        pulled,
      );
      // own phi_i phi_i' + rho_i r_i r_i' with r_i = coupling_i phi_i + k_i.
      const [ff, fk] = [new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        const [above, below] = [1 / weight[i]! ** 2, 1 / weight[n + i]! ** 2];
        curvature[i] = above + below;
        coupling[i] = (above - below) / curvature[i]!;
        rho[i] = 1 / (1 + 1 / curvature[i]! + entries.inverseSum[i]!);
        fk[i] = rho[i]! * coupling[i]!;
        ff[i] = (4 * above * below) / curvature[i]! + fk[i]! * coupling[i]!;
      }
      jacobians.entryGram(entries.left, newton.gram, precision);
      return newton.factor(productsOf(pulled, { ff, fk, kk: rho }), precision);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const h = rhs.subarray(M + n);
      // -dt_i as the right-hand sides of p and h alone have it.
      const pull = entries.pulledSums(h).map((sum, i) => -rho[i]! * (p[i]! / curvature[i]! + sum));
      const onPhi = p.map((value, i) => coupling[i]! * (value + pull[i]!));
      const fromRows = weightedSum(design, onPhi);
      for (let a = 0; a < M; a++) theta[a]! -= fromRows[a]!;
      within.addPulled(
        theta,
        entries.onGradients(h, pull).map((value) => -value),
      );
      newton.solve(theta);
      const fitted = outputsOf(design, theta);
      const images = jacobians.images(theta.subarray(0, N));
      const moved = entries.sums(images.map((value, e) => entries.coupling[e]! * value));
      for (let i = 0; i < n; i++) {
        pull[i]! += rho[i]! * (coupling[i]! * fitted[i]! + moved[i]!);
        p[i] = (p[i]! + pull[i]!) / curvature[i]! - coupling[i]! * fitted[i]!;
      }
      entries.solve(h, images, pull);
      return rhs;
    },

    bounds({ x, z, s, az }, wanted) {
      const at = { coefficients: x.subarray(0, M), images: entries.gradients(s), g: az.subarray(0, N) };
      const duals = { u: residualDuals(z, n, intercept), v: entries.duals(z) };
      return within.bounds({ ...at, ...duals, complementarity: dot(s, z) }, wanted);
    },

    start() {
      const { coefficients, images, value } = within.startingPoint();
      const distance = DISTANCE * (Math.sqrt((2 * value) / n) || 1);
      const x = new Float64Array(size);
      x.set(coefficients);
      const h = x.subarray(M + n);
      for (let e = 0; e < h.length; e++) h[e] = Math.hypot(images[e]!, distance / (eps * d));
      const fitted = outputsOf(design, coefficients);
      const residuals = y.map((target, i) => target - fitted[i]!);
      const s = new Float64Array(coneLength(shape));
      const z = new Float64Array(s.length);
      const from = { residuals, costs: entries.sums(h), distance };
      const t = startResiduals(from, { p: x.subarray(M, M + n), s, z });
      entries.slacks(h, images, s);
      entries.startDuals(t, s, z);
      return { x, s, z };
    },
  };
}
