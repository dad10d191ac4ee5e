import type { LinearAlgebra, Precision } from '../../numerics/linearAlgebra.ts';
import { mappedNumbers } from '../../numerics/mappedNumbers.ts';
import { dot, norm } from '../../numerics/vectors.ts';
import { type ConeShape, coneLength, tailsOf } from './cones.ts';
import { outputsOf, pairProducts, weightedSum } from './design.ts';
import type { InteriorPoint, StartedProgramme } from './interiorPoint.ts';
import { NewtonMatrix } from './newtonMatrix.ts';
import {
  DISTANCE,
  designOf,
  newResidualForm,
  residualDuals,
  residualForm,
  residualPull,
  residualSlacks,
  startResiduals,
} from './residualCones.ts';
import { euclideanRows } from './rowNorms.ts';
import { type PerSampleProblem, sampleBounds } from './sampleBounds.ts';

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
  const { n, N, d, jacobians, y, eps, lambda, intercept } = problem;
  const design = designOf(problem);
  const { M } = design;
  const ridge = n * lambda;
  const shape: ConeShape = { lp: 2 * n, cones: n, size: d + 1 };
  const size = M + 2 * n;

  const within = sampleBounds(problem, design, euclideanRows, algebra);
  const form = newResidualForm(n);
  const pull = new Float64Array(n);
  const width = new Float64Array(n);
  // What is left of q_i once p_i is eliminated; pull_i k_i - coupling_i phi_i couples it with the coefficients.
  const schur = new Float64Array(n);
  const newton = new NewtonMatrix({ N, M, ridge }, algebra);
  const productsOf = pairProducts(design, N);
  // k_i, n x N.
  const pulled = new Float64Array(n * N);

  function apply(x: Float64Array, precision?: Precision): Float64Array {
    const s = residualSlacks(design, x, coneLength(shape));
    const theta = x.subarray(0, N);
    const images = jacobians.images(theta, precision);
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

    applyTransposed(z, precision) {
      const result = residualPull(design, z, size);
      for (let i = 0; i < n; i++) result[M + n + i] = z[2 * n + i * (d + 1)]!;
      within.addPulled(result, tailsOf(z, 2 * n, n, d), precision);
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

    factor(scaling, precision) {
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
      jacobians.pullBack(omega, pulled, precision);
      // The form of each sample in phi_i and k_i, q_i eliminated.
      const [ff, fk, kk] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        ff[i] = curvature[i]! - coupling[i]! ** 2 / schur[i]!;
        fk[i] = (coupling[i]! * pull[i]!) / schur[i]!;
        kk[i] = (2 * (form.width[i]! - width[i]!)) / schur[i]!;
      }
      jacobians.weightedGram(width, newton.gram, precision);
      return newton.factor(productsOf(pulled, { ff, fk, kk }), precision);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const q = rhs.subarray(M + n);
      // What the rows of p and q say, moved to phi_i and k_i.
      const [onPhi, onPull] = [new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        q[i]! -= eps * p[i]! * form.inverse[i]!;
        onPhi[i] = form.slope[i]! * p[i]! - (form.coupling[i]! * q[i]!) / schur[i]!;
        onPull[i] = (pull[i]! * q[i]!) / schur[i]!;
      }
      const [fromPhi, fromPull] = [weightedSum(design, onPhi), algebra.transposedTimes(pulled, onPull, N)];
      for (let a = 0; a < M; a++) theta[a]! -= fromPhi[a]!;
      for (let a = 0; a < N; a++) theta[a]! -= fromPull[a]!;
      newton.solve(theta);
      const fitted = outputsOf(design, theta);
      const along = algebra.times(pulled, theta.subarray(0, N), n);
      for (let i = 0; i < n; i++) {
        q[i] = (q[i]! - pull[i]! * along[i]! + form.coupling[i]! * fitted[i]!) / schur[i]!;
        p[i] = (p[i]! - eps * q[i]!) * form.inverse[i]! - form.slope[i]! * fitted[i]!;
      }
      return rhs;
    },

    bounds({ x, z, s, az }, wanted) {
      const at = { coefficients: x.subarray(0, M), images: tailsOf(s, 2 * n, n, d), g: az.subarray(0, N) };
      const duals = { u: residualDuals(z, n, intercept), v: tailsOf(z, 2 * n, n, d) };
      return within.bounds({ ...at, ...duals, complementarity: dot(s, z) }, wanted);
    },

    start() {
      const { coefficients, value } = within.startingPoint();
      const x = new Float64Array(size);
      x.set(coefficients);
      return inside({ x, s: apply(x) }, value);
    },
  };

  /** An interior point at theta, where the objective has this value; s = A x at p = q = 0. */
  function inside({ x, s }: { x: Float64Array; s: Float64Array }, value: number): InteriorPoint {
    const distance = DISTANCE * (Math.sqrt((2 * value) / n) || 1);
    const z = mappedNumbers(s.length);
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
