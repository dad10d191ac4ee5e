import type { LinearAlgebra } from '../../numerics/linearAlgebra.ts';
import { choleskySolve, times, transpose, transposedTimes } from '../../numerics/vectors.ts';
import { addToDiagonal, CONE_JITTER } from '../jitter.ts';
import { type ConeShape, coneLength } from './cones.ts';
import type { InteriorPoint, StartedProgramme } from './interiorPoint.ts';
import {
  DISTANCE,
  designOf,
  residualDuals,
  residualPull,
  residualSlacks,
  startResiduals,
} from './residualCones.ts';
import { type PerSampleProblem, sampleBounds, sumRows } from './sampleBounds.ts';

/**
 * Minimise (1/2) sum (|y_i - theta' phi_i| + eps |K_i theta|_1)^2 + (n lambda / 2) |theta|^2 for any Jacobians K_i, which is
 * what an attack in l-infinity costs, as a quadratic programme in x = (theta, p, h), or (theta, b, p, h) with an intercept:
 * p_i >= |y_i - theta' phi_i| and h_ij >= |(K_i theta)_j|.
 *
 * Of one sample the second derivatives in (p_i, h_i) are a diagonal and v v' with v = (1, eps, ..., eps). Eliminated, they
 * leave the Newton matrix in theta
 *
 *   n lambda I + Phi' diag(a) Phi + sum_i K_i' diag(D_i) K_i + sum_i rho_i r_i r_i'.
 */
export function rowSumsProgramme(problem: PerSampleProblem, algebra: LinearAlgebra): StartedProgramme {
  const { n, N, d, jacobians, y, eps, intercept } = problem;
  const { M, phi, ridge } = designOf(problem);
  const [entries, bounded] = [2 * n, n * d];
  const shape: ConeShape = { lp: entries + 2 * bounded, cones: 0, size: 1 };
  const size = M + n + bounded;
  const within = sampleBounds(problem, sumRows(d), algebra);
  const features = transpose(phi, n, M);

  // Of p_i and of h_ij: the second derivative that the barrier adds, and over it what couples them with phi_i' dtheta and
  // with (K_i dtheta)_j.
  const onResidual = {
    curvature: new Float64Array(n),
    coupling: new Float64Array(n),
    left: new Float64Array(n),
  };
  const onEntry = {
    curvature: new Float64Array(bounded),
    coupling: new Float64Array(bounded),
    left: new Float64Array(bounded),
  };
  // 1 / (1 + v' diag^-1 v)
  const rho = new Float64Array(n);
  const hessian = new Float64Array(M * M);
  const gram = new Float64Array(N * N);
  const left = new Float64Array(M * 2 * n);
  const right = new Float64Array(M * 2 * n);
  // Its last row, that of an intercept, stays zero.
  const pulled = new Float64Array(M * n);

  function apply(x: Float64Array): Float64Array {
    const s = residualSlacks(phi, M, n, x, coneLength(shape));
    const images = jacobians.images(x.subarray(0, N));
    for (let e = 0; e < bounded; e++) {
      const bound = x[M + n + e]!;
      s[entries + e] = bound + images[e]!;
      s[entries + bounded + e] = bound - images[e]!;
    }
    return s;
  }

  /** v' diag^-1 of (p, h), a number a sample. */
  function alongBounds(p: Float64Array, h: Float64Array): Float64Array {
    return p.map((value, i) => {
      let sum = 0;
      for (let e = i * d; e < (i + 1) * d; e++) sum += h[e]! / onEntry.curvature[e]!;
      return value / onResidual.curvature[i]! + eps * sum;
    });
  }

  /** Solves with diag + v v' of every sample, in place. */
  function solveBounds(p: Float64Array, h: Float64Array): void {
    const along = alongBounds(p, h);
    for (let i = 0; i < n; i++) {
      const common = rho[i]! * along[i]!;
      p[i] = (p[i]! - common) / onResidual.curvature[i]!;
      for (let e = i * d; e < (i + 1) * d; e++) h[e] = (h[e]! - eps * common) / onEntry.curvature[e]!;
    }
  }

  return {
    shape,
    size,
    apply,

    applyTransposed(z) {
      const result = residualPull(phi, M, n, z, size);
      for (let e = 0; e < bounded; e++) result[M + n + e] = z[entries + e]! + z[entries + bounded + e]!;
      within.addPulled(result, entryDuals(z));
      return result;
    },

    gradient(x) {
      const result = new Float64Array(size);
      for (let a = 0; a < N; a++) result[a] = ridge * x[a]!;
      for (let i = 0; i < n; i++) {
        let t = x[M + i]!;
        for (let e = i * d; e < (i + 1) * d; e++) t += eps * x[M + n + e]!;
        result[M + i] = t;
        result.fill(eps * t, M + n + i * d, M + n + (i + 1) * d);
      }
      return result;
    },

    factor({ weight }) {
      eliminate(weight, 0, n, onResidual);
      eliminate(weight, entries, bounded, onEntry);
      const across = onEntry.coupling.map((value) => eps * value);
      jacobians.pullBack(across, pulled.subarray(0, N * n));
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let e = i * d; e < (i + 1) * d; e++) sum += 1 / onEntry.curvature[e]!;
        rho[i] = 1 / (1 + 1 / onResidual.curvature[i]! + eps * eps * sum);
      }
      for (let a = 0; a < M; a++) {
        const own = a * 2 * n;
        for (let i = 0; i < n; i++) {
          const f = features[a * n + i]!;
          const r = onResidual.coupling[i]! * f + pulled[a * n + i]!;
          left[own + i] = f;
          right[own + i] = onResidual.left[i]! * f;
          left[own + n + i] = r;
          right[own + n + i] = rho[i]! * r;
        }
      }
      jacobians.entryGram(onEntry.left, gram);
      algebra.multiplyTransposed(left, right, hessian, { m: M, n: M, k: 2 * n, lower: true });
      for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) hessian[a * M + b]! += gram[a * N + b]!;
      addToDiagonal(hessian, M, CONE_JITTER, ridge, N);
      return algebra.choleskyInPlace(hessian, M);
    },

    solve(rhs) {
      const theta = rhs.subarray(0, M);
      const p = rhs.subarray(M, M + n);
      const h = rhs.subarray(M + n);
      // What couples them with theta, the coupling times its curvature, on both sides of the block of (p, h).
      const onPhi = p.slice();
      const onImages = h.slice();
      solveBounds(onPhi, onImages);
      for (let i = 0; i < n; i++) onPhi[i]! *= -onResidual.coupling[i]! * onResidual.curvature[i]!;
      for (let e = 0; e < bounded; e++) onImages[e]! *= -onEntry.coupling[e]! * onEntry.curvature[e]!;
      const fromRows = transposedTimes(phi, onPhi, M);
      for (let a = 0; a < M; a++) theta[a]! += fromRows[a]!;
      within.addPulled(theta, onImages);
      choleskySolve(hessian, theta);
      const fitted = times(phi, theta, n);
      const images = jacobians.images(theta.subarray(0, N));
      for (let i = 0; i < n; i++) p[i]! -= onResidual.coupling[i]! * onResidual.curvature[i]! * fitted[i]!;
      for (let e = 0; e < bounded; e++) h[e]! -= onEntry.coupling[e]! * onEntry.curvature[e]! * images[e]!;
      solveBounds(p, h);
      return rhs;
    },

    bounds({ x, z, s, az }) {
      const images = new Float64Array(bounded);
      for (let e = 0; e < bounded; e++) images[e] = (s[entries + e]! - s[entries + bounded + e]!) / 2;
      const at = { coefficients: x.subarray(0, M), images, g: az.subarray(0, N) };
      return within.bounds({ ...at, u: residualDuals(z, n, intercept), v: entryDuals(z) });
    },

    start(): InteriorPoint {
      const { coefficients, images, value } = within.startingPoint();
      const distance = DISTANCE * (Math.sqrt((2 * value) / n) || 1);
      const x = new Float64Array(size);
      x.set(coefficients);
      const h = x.subarray(M + n);
      for (let e = 0; e < bounded; e++) h[e] = Math.hypot(images[e]!, distance / (eps * d));
      const fitted = times(phi, coefficients, n);
      const residuals = y.map((target, i) => target - fitted[i]!);
      const costs = Float64Array.from({ length: n }, (_, i) => {
        let sum = 0;
        for (let e = i * d; e < (i + 1) * d; e++) sum += h[e]!;
        return eps * sum;
      });
      const s = new Float64Array(coneLength(shape));
      const z = new Float64Array(s.length);
      const t = startResiduals({ residuals, costs, distance }, { p: x.subarray(M, M + n), s, z });
      for (let e = 0; e < bounded; e++) {
        const [above, below] = [h[e]! + images[e]!, h[e]! - images[e]!];
        const share = (eps * t[Math.floor(e / d)]!) / (2 * h[e]!);
        s[entries + e] = above;
        s[entries + bounded + e] = below;
        z[entries + e] = share * below;
        z[entries + bounded + e] = share * above;
      }
      return { x, s, z };
    },
  };

  /** The duals v_ij of (K_i theta)_j. */
  function entryDuals(z: Float64Array): Float64Array {
    const v = new Float64Array(bounded);
    for (let e = 0; e < bounded; e++) v[e] = z[entries + e]! - z[entries + bounded + e]!;
    return v;
  }
}

/** Eliminates the bounds b_k of `count` pairs of inequalities b_k + g_k >= 0, b_k - g_k >= 0 that begin at `from`. */
function eliminate(
  weight: Float64Array,
  from: number,
  count: number,
  out: { readonly curvature: Float64Array; readonly coupling: Float64Array; readonly left: Float64Array },
): void {
  for (let k = 0; k < count; k++) {
    const above = 1 / weight[from + k]! ** 2;
    const below = 1 / weight[from + count + k]! ** 2;
    const total = above + below;
    out.curvature[k] = total;
    out.coupling[k] = (above - below) / total;
    out.left[k] = (4 * above * below) / total;
  }
}
