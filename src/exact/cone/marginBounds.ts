import { dot, transposedTimes } from '../../numerics/vectors.ts';
import { type MarginRows, marginPoint } from '../marginRows.ts';
import type { Bounds } from './interiorPoint.ts';

/**
 * Bounds on n times the optimum of a margin problem from the duals of its rows, a_i >= 0, and of their gradients, v_i:
 *
 *   - |g|^2 / (2 n lambda) - sum l*(-a_i),   g = sum (a_i y_i phi_i + K_i' v_i),   |v_i| <= eps a_i in the attack's norm,
 *
 * to which v is cut. `az` is A' z in theta, `v` is overwritten.
 */
export function marginBounds(
  rows: MarginRows,
  {
    x,
    a,
    v,
    az,
  }: {
    readonly x: Float64Array;
    readonly a: Float64Array;
    readonly v: Float64Array | null;
    readonly az: Float64Array;
  },
): Bounds {
  const { n, d, N, M, labelled, jacobians, eps, lambda, loss, rowNorm } = rows;
  const ridge = n * lambda;
  const allowed = rows.allowed(a);
  const g = transposedTimes(labelled, allowed, M).subarray(0, N);
  if (v !== null) {
    for (let i = 0; i < n; i++) {
      const length = rowNorm.attackNorm(v, i * d, (i + 1) * d);
      const share = Math.min(1, (eps * allowed[i]!) / Math.max(length, Number.MIN_VALUE));
      for (let e = i * d; e < (i + 1) * d; e++) v[e]! *= share;
    }
    const pulled = jacobians.pulledSum(v);
    for (let b = 0; b < N; b++) g[b]! += pulled[b]!;
  }
  const conjugate = allowed.reduce((sum, value) => sum + loss.conjugate(value), 0);
  let residual = 0;
  for (let c = 0; c < N; c++) residual += (az[c]! - ridge * x[c]!) ** 2;
  return {
    upper: n * marginPoint(rows, x.subarray(0, M)).value,
    lower: Math.max(0, -dot(g, g) / (2 * ridge) - conjugate),
    residual: Math.sqrt(residual),
  };
}
