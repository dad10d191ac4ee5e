import type { LinearAlgebra, Precision } from '../../numerics/linearAlgebra.ts';
import { hingeSlacks, type MarginRows, startingLength } from '../marginRows.ts';
import { weightedProducts } from '../rowBlocks.ts';
import { type ConeShape, coneLength, tailsOf } from './cones.ts';
import { pairProducts } from './design.ts';
import type { StartedProgramme } from './interiorPoint.ts';
import { marginBounds } from './marginBounds.ts';
import { NewtonMatrix } from './newtonMatrix.ts';

/**
 * Minimise sum h(1 - y_i f(x_i) + eps |K_i theta|) + (n lambda / 2) |theta|^2, h(t) = max(0, t) or half its square, as a cone
 * programme in x = (theta, p, q), or (theta, b, p, q): p_i >= 0, p_i >= 1 - y_i f(x_i) + eps q_i, and one second-order cone
 * q_i >= |K_i theta| a row. The Newton matrix in theta has the structure of `perSampleProgramme`.
 */
export function marginProgramme(rows: MarginRows, power: 1 | 2, algebra: LinearAlgebra): StartedProgramme {
  const { n, N, M, d, labelled, jacobians, eps, lambda } = rows;
  const ridge = n * lambda;
  // Without an attack there are no norms to bound.
  const cones = eps > 0 ? n : 0;
  const shape: ConeShape = { lp: 2 * n, cones, size: d + 1 };
  const size = M + n + cones;
  const bend = power === 1 ? 0 : 1;

  // Of each row's p_i: 1 / (second derivative), times the weight of its second inequality.
  const inverse = new Float64Array(n);
  const share = new Float64Array(n);
  // What is left of q_i once p_i is eliminated; head_i k_i - eps curvature_i y_i phi_i couples it with the coefficients.
  const schur = new Float64Array(n);
  const width = new Float64Array(n);
  const head = new Float64Array(n);
  const curvature = new Float64Array(n);
  const newton = new NewtonMatrix({ N, M, ridge }, algebra);
  const productsOf = cones > 0 ? pairProducts({ n, N: M, M, rows: labelled }, N) : null;
  // k_i, n x N.
  const pulled = new Float64Array(cones * N);

  function apply(x: Float64Array, precision?: Precision): Float64Array {
    const costs = new Float64Array(n);
    for (let i = 0; i < cones; i++) costs[i] = eps * x[M + n + i]!;
    const s = hingeSlacks(rows, x, costs, coneLength(shape));
    if (cones === 0) return s;
    const images = jacobians.images(x.subarray(0, N), precision);
    for (let i = 0; i < cones; i++) {
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
      const result = new Float64Array(size);
      const a = z.subarray(n, 2 * n);
      result.set(algebra.transposedTimes(labelled, a, M));
      for (let i = 0; i < n; i++) result[M + i] = z[i]! + a[i]!;
      for (let i = 0; i < cones; i++) result[M + n + i] = z[2 * n + i * (d + 1)]! - eps * a[i]!;
      if (cones > 0) {
        const sum = jacobians.pulledSum(tailsOf(z, 2 * n, n, d), precision);
        for (let a = 0; a < N; a++) result[a]! += sum[a]!;
      }
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      for (let i = 0; i < n; i++) result[M + i] = power === 1 ? 1 : x[M + i]!;
      return result;
    },

    factor({ weight, beta, point }, precision) {
      for (let i = 0; i < n; i++) {
        const own = bend + 1 / weight[i]! ** 2;
        const margin = 1 / weight[n + i]! ** 2;
        inverse[i] = 1 / (own + margin);
        share[i] = margin * inverse[i]!;
        curvature[i] = own * share[i]!;
      }
      if (productsOf === null) return newton.factor(weightedProducts(labelled, M, curvature), precision);
      // W^-2 = 2 omega omega' - e J with omega = w^-1 of the cone and e = 1 / beta^2.
      const [ff, fk, kk] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        width[i] = 1 / beta[i]! ** 2;
        head[i] = (2 * point[i * (d + 1)]!) / beta[i]!;
        const own = width[i]! * (2 * point[i * (d + 1)]! ** 2 - 1);
        const bound = eps * eps * curvature[i]!;
        schur[i] = bound + own;
        // The form of each row in y_i phi_i and k_i, q_i eliminated, without the cancellation of its terms.
        ff[i] = (curvature[i]! * own) / schur[i]!;
        fk[i] = (curvature[i]! * eps * head[i]!) / schur[i]!;
        kk[i] = (2 * (bound - width[i]!)) / schur[i]!;
      }
      const omega = tailsOf(point, 0, n, d).map((value, e) => -value / beta[Math.floor(e / d)]!);
      jacobians.pullBack(omega, pulled, precision);
      jacobians.weightedGram(width, newton.gram, precision);
      return newton.factor(productsOf(pulled, { ff, fk, kk }), precision);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const q = rhs.subarray(M + n);
      const onRows = p.map((value, i) => share[i]! * value);
      const fromBound = q.map((value, i) => (value + eps * onRows[i]!) / schur[i]!);
      for (let i = 0; i < cones; i++) onRows[i]! -= eps * curvature[i]! * fromBound[i]!;
      const fromRows = algebra.transposedTimes(labelled, onRows, M);
      const fromPulls = algebra.transposedTimes(
        pulled,
        fromBound.map((value, i) => head[i]! * value),
        N,
      );
      for (let a = 0; a < M; a++) theta[a]! -= fromRows[a]!;
      for (let a = 0; a < N; a++) theta[a]! -= fromPulls[a]!;
      newton.solve(theta);
      const outputs = algebra.times(labelled, theta, n);
      const along = algebra.times(pulled, theta.subarray(0, N), cones);
      for (let i = 0; i < cones; i++) {
        const bounded = head[i]! * along[i]! - eps * curvature[i]! * outputs[i]!;
        q[i] = fromBound[i]! - bounded / schur[i]!;
        outputs[i]! -= eps * q[i]!;
      }
      for (let i = 0; i < n; i++) p[i] = p[i]! * inverse[i]! - share[i]! * outputs[i]!;
      return rhs;
    },

    bounds({ x, z, az }) {
      const top = power === 1 ? 1 : Number.POSITIVE_INFINITY;
      const a = z.slice(n, 2 * n).map((value) => Math.min(top, value));
      return marginBounds(rows, { x, a, v: cones > 0 ? tailsOf(z, 2 * n, n, d) : null, az });
    },

    start() {
      const length = startingLength(rows);
      const x = new Float64Array(size);
      x.fill(1.5 + eps * length, M, M + n).fill(length, M + n, size);
      const s = apply(x);
      const z = new Float64Array(s.length);
      for (let i = 0; i < n; i++) {
        s[n + i]! -= 1;
        z[i] = 0.5;
        z[n + i] = 0.5;
      }
      for (let i = 0; i < cones; i++) z[2 * n + i * (d + 1)] = 0.5 * eps;
      return { x, s, z };
    },
  };
}
