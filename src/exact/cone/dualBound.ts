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
 * (2) In any case the minimiser obeys theta*' M theta* <= 6 P(theta) + 2 |y|^2 =: reach^2 for the metric
 * M = eps^2 sum K_i' K_i + Phi' Phi + ridge I, so that with rho = g - ridge theta the last two terms are at least
 * -(ridge/2) |theta|^2 - reach (rho' M^-1 rho)^(1/2). This holds at ridge = 0, where the dual asks for g = 0 and rounding
 * grants only g near 0.
 */
export function dualBound({
  theta,
  g,
  linear,
  quadratic,
  ridge,
  metric,
  reach,
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
  readonly reach: number;
}): Omit<Bounds, 'upper'> & {
  /** What bound (2) would be if the dual residual were zero. */
  readonly atFeasible: number;
} {
  const rho = g.map((value, a) => value - ridge * theta[a]!);
  const residual = norm(rho);
  const cost = metric
    ? reach * Math.sqrt(Math.max(0, dot(rho, linearAlgebra().choleskySolve(metric, rho.slice()))))
    : Number.POSITIVE_INFINITY;
  const atFeasible = linear - quadratic - (ridge / 2) * dot(theta, theta);
  let lower = atFeasible - cost;
  if (ridge > 0 && linear > 0)
    lower = Math.max(lower, linear ** 2 / (4 * (quadratic + dot(g, g) / (2 * ridge))));
  return { lower: Math.max(0, lower), residual, atFeasible };
}
