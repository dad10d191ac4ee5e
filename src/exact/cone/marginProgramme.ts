import type { LinearAlgebra, Precision } from '../../numerics/linearAlgebra.ts';
import { times, transpose, transposedTimes } from '../../numerics/vectors.ts';
import { hingeSlacks, type MarginRows, typicalLength } from '../marginRows.ts';
import { type ConeShape, coneLength, tailsOf } from './cones.ts';
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
  const columns = transpose(labelled, n, M);
  const bend = power === 1 ? 0 : 1;

  // Of each row's p_i: 1 / (second derivative), times the weight of its second inequality.
  const inverse = new Float64Array(n);
  const share = new Float64Array(n);
  // What is left of q_i once p_i is eliminated, and the row that couples it with the coefficients.
  const schur = new Float64Array(n);
  const onBound = new Float64Array(cones * M);
  const width = new Float64Array(n);
  const head = new Float64Array(n);
  const curvature = new Float64Array(n);
  const left = new Float64Array(M * (n + cones));
  const right = new Float64Array(M * (n + cones));
  const newton = new NewtonMatrix({ N, M, ridge }, algebra);
  // Its last row, that of an intercept, stays zero.
  const pulled = new Float64Array(M * n);
  const backward = pulled.subarray(0, N * n);

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
      result.set(transposedTimes(labelled, a, M));
      for (let i = 0; i < n; i++) result[M + i] = z[i]! + a[i]!;
      for (let i = 0; i < cones; i++) result[M + n + i] = z[2 * n + i * (d + 1)]! - eps * a[i]!;
      if (cones > 0) jacobians.pullBack(tailsOf(z, 2 * n, n, d), backward, precision);
      for (let a = 0; a < N; a++) for (let i = 0; i < cones; i++) result[a]! += backward[a * n + i]!;
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
      // W^-2 = 2 omega omega' - e J with omega = w^-1 of the cone and e = 1 / beta^2.
      for (let i = 0; i < cones; i++) {
        width[i] = 1 / beta[i]! ** 2;
        head[i] = (2 * point[i * (d + 1)]!) / beta[i]!;
        schur[i] = eps * eps * curvature[i]! + width[i]! * (2 * point[i * (d + 1)]! ** 2 - 1);
      }
      if (cones > 0) {
        const omega = tailsOf(point, 0, n, d).map((value, e) => -value / beta[Math.floor(e / d)]!);
        jacobians.pullBack(omega, backward, precision);
      }
      for (let a = 0; a < M; a++) {
        const own = a * (n + cones);
        for (let i = 0; i < n; i++) {
          left[own + i] = columns[a * n + i]!;
          right[own + i] = curvature[i]! * left[own + i]!;
        }
        for (let i = 0; i < cones; i++) {
          const k = pulled[a * n + i]!;
          const bound = head[i]! * k - eps * right[own + i]!;
          left[own + n + i] = k;
          right[own + i]! += (curvature[i]! * eps * bound) / schur[i]!;
          right[own + n + i] = 2 * k - (head[i]! * bound) / schur[i]!;
          onBound[i * M + a] = bound;
        }
      }
      if (cones > 0) jacobians.weightedGram(width, newton.gram, precision);
      return newton.factor(left, right, n + cones, precision);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const q = rhs.subarray(M + n);
      const onRows = p.map((value, i) => share[i]! * value);
      const fromBound = q.map((value, i) => (value + eps * onRows[i]!) / schur[i]!);
      const fromRows = transposedTimes(labelled, onRows, M);
      const alongBound = transposedTimes(onBound, fromBound, M);
      for (let a = 0; a < M; a++) theta[a]! -= fromRows[a]! + alongBound[a]!;
      newton.solve(theta);
      const outputs = times(labelled, theta, n);
      const bounded = times(onBound, theta, cones);
      for (let i = 0; i < cones; i++) {
        q[i] = fromBound[i]! - bounded[i]! / schur[i]!;
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
      const length = typicalLength(rows);
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
