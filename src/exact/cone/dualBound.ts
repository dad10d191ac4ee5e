import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot, norm } from '../../numerics/vectors.ts';
import type { Bounds } from './interiorPoint.ts';

/**
 * A lower bound on the minimum of P(theta) = (1/2) sum (|y_i - phi_i' theta| + eps |K_i theta|)^2 + (ridge/2) |theta|^2.
 *
 * Dual variables are u_i and v_i; with m_i = max(|u_i|, |v_i| / eps) Fenchel's inequality gives, for every theta*,
 *
 *   P(theta*) >= u'y - (1/2) sum m_i^2 - g' theta* + (ridge/2) |theta*|^2,    g = Phi' u + sum K_i' v_i.
 *
 * (1) With ridge > 0 minimise the right-hand side over theta*, and over multiples of (u, v).
 * (2) With rho = g - ridge theta for any theta, the last two terms are at least -(ridge/2) |theta|^2 - rho' theta*, and the
 * minimiser is not far from any point c that is nearly as good: the vector of all y_i - phi_i' theta, eps K_i theta and
 * ridge^(1/2) theta is affine in theta and its square at most 2 P(theta), so that |theta* - c|_M <= 2 (2 P(c))^(1/2) =: reach
 * for the metric M = eps^2 sum K_i' K_i + Phi' Phi + ridge I, and rho' theta* <= rho' c + reach (rho' M^-1 rho)^(1/2). This
 * holds at ridge = 0, where the dual asks for g = 0 and rounding grants only g near 0.
 */
export function dualBound({
  theta,
  g,
  linear,
  quadratic,
  ridge,
  metric,
  near,
}: {
  readonly theta: Float64Array;
  readonly g: Float64Array;
  /** u'y */
  readonly linear: number;
  /** (1/2) sum m_i^2 */
  readonly quadratic: number;
  readonly ridge: number;
  /** Cholesky factor of M; null where M is singular to working precision, which leaves (1) alone. */
  readonly metric: Float64Array | null;
  /** c, and P(c). */
  readonly near: { readonly theta: Float64Array; readonly objective: number };
}): Omit<Bounds, 'upper'> & {
  /** What bound (2) would be if the dual residual were zero. */
  readonly atFeasible: number;
} {
  const rho = g.map((value, a) => value - ridge * theta[a]!);
  const residual = norm(rho);
  let cost = Number.POSITIVE_INFINITY;
  if (metric) {
    const square = dot(rho, linearAlgebra().choleskySolve(metric, rho.slice()));
    cost = dot(rho, near.theta) + 2 * Math.sqrt(2 * near.objective * Math.max(0, square));
  }
  const atFeasible = linear - quadratic - (ridge / 2) * dot(theta, theta);
  let lower = atFeasible - cost;
  if (ridge > 0 && linear > 0)
    lower = Math.max(lower, linear ** 2 / (4 * (quadratic + dot(g, g) / (2 * ridge))));
  return { lower: Math.max(0, lower), residual, atFeasible };
}
