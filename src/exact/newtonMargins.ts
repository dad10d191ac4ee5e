import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import { pairProducts } from './cone/design.ts';
import { NewtonMatrix } from './cone/newtonMatrix.ts';
import { type MarginPoint, type MarginRows, marginPoint, mean, typicalLength } from './marginRows.ts';
import { weightedProducts } from './rowBlocks.ts';

/** When {@link newtonMargins} stops, and what it tells on the way. */
export interface NewtonOptions {
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly onIteration: (
    iteration: number,
    bounds: { readonly upper: number; readonly lower: number },
  ) => void;
  /** Asked once, when the best point stays the constant classifier: whether that is proved to be optimal. */
  readonly constantIsOptimal: () => boolean;
}

/** The best point found, a lower bound on the objective, and where the search stood. */
export interface NewtonResult {
  readonly best: MarginPoint;
  readonly lower: number;
  readonly iterations: number;
  readonly residual: number;
  /** Of a norm that is a sum over entries their signs, or their duals where they are 0, n x d; otherwise null. */
  readonly signs: Float64Array | null;
}

/**
 * Newton's method for a margin loss with a second derivative, on objectives with sqrt(q_i^2 + nu^2) in place of q_i. Whatever
 * nu is, a_i = -l'(v_i) and omega_i = K_i theta / sqrt(q_i^2 + nu^2), |omega_i| <= 1, are a feasible point of the dual
 *
 *   max - |g|^2 / (2 lambda) - (1/n) sum l*(-a_i),   g = (1/n) sum a_i (y_i phi_i - eps K_i' omega_i),
 *
 * so that every iterate proves a gap for the problem itself; nu falls whenever it is what is left of that gap.
 */
export function newtonMargins(rows: MarginRows, options: NewtonOptions): NewtonResult {
  const { n, d, N, M, labelled, jacobians, eps, lambda, loss } = rows;
  const { separable } = rows.rowNorm;
  // Whether the norm of a row turns with all of the gradient. Without an attack no row has a gradient to pay for.
  const turning = eps > 0 && !separable;
  // k_i = K_i' omega_i, n x N, and u_i = y_i phi_i - eps k_i, n x M.
  const pulled = new Float64Array(eps > 0 ? n * N : 0);
  const slopes = eps > 0 ? new Float64Array(n * M) : labelled;
  const productsOf = turning ? pairProducts({ n, N: M, M, rows: labelled }, N) : null;
  // Of separable norms the duals of the entries, in [-1, 1], with a Newton iteration of their own: it converges where that
  // of the rounded norm alone takes ever smaller steps, as nu falls (Chan, Golub & Mulet 1999).
  const omega = new Float64Array(separable && eps > 0 ? n * d : 0);
  const newton = new NewtonMatrix({ N, M, ridge: lambda }, linearAlgebra());

  /** Fills k_i and u_i. */
  function slopesAt(at: MarginPoint): void {
    if (eps === 0) return;
    const omega = at.images.map((value, e) => value / lengthOf(at, e));
    jacobians.pullBack(omega, pulled);
    slopes.set(labelled);
    for (let i = 0; i < n; i++) for (let a = 0; a < N; a++) slopes[i * M + a]! -= eps * pulled[i * N + a]!;
  }

  /** What an entry of a gradient is divided by in omega: the length of its row, or its own size. */
  function lengthOf({ images, lengths, nu }: MarginPoint, e: number): number {
    return separable ? Math.hypot(images[e]!, nu) : lengths[Math.floor(e / d)]!;
  }

  /** Moves omega by the step that takes `from` to `to`, the gradients having changed by that. */
  function turn(from: MarginPoint, to: MarginPoint): void {
    for (let e = 0; e < omega.length; e++) {
      const length = lengthOf(from, e);
      const along = from.images[e]! / length;
      const change = ((1 - omega[e]! * along) * (to.images[e]! - from.images[e]!)) / length;
      omega[e] = Math.min(1, Math.max(-1, along + change));
    }
  }

  /** (1/n) sum a_i u_i. */
  function pullOf(weights: Float64Array): Float64Array {
    return transposedTimes(slopes, weights, M).map((value) => value / n);
  }

  /** The step along the slopes at hand; null where rounding leaves the Newton matrix singular. */
  function newtonStep(at: MarginPoint, rhs: Float64Array): Float64Array | null {
    const outputCurvatures = at.margins.map((margin) => loss.curvature(margin) / n);
    const costs = at.margins.map((margin) => (eps * loss.pull(margin)) / n);
    const turns = costs.map((cost, i) => cost / at.lengths[i]!);
    if (turning) jacobians.weightedGram(turns, newton.gram);
    else if (eps > 0)
      jacobians.entryGram(
        at.images.map((value, e) => {
          const length = lengthOf(at, e);
          return (costs[Math.floor(e / d)]! * (1 - (omega[e]! * value) / length)) / length;
        }),
        newton.gram,
      );
    // c_i u_i u_i' - turns_i k_i k_i' as a form in y_i phi_i and k_i.
    const products =
      productsOf === null
        ? weightedProducts(slopes, M, outputCurvatures)
        : productsOf(pulled, {
            ff: outputCurvatures,
            fk: outputCurvatures.map((value) => -eps * value),
            kk: outputCurvatures.map((value, i) => eps * eps * value - turns[i]!),
          });
    return newton.factor(products) ? newton.solve(rhs.slice()) : null;
  }

  /** A point below along the step; null where rounding hides any descent. */
  function descend(from: MarginPoint, step: Float64Array, decrement: number, nu: number): MarginPoint | null {
    for (let share = 1; share > 1e-8; share /= 2) {
      const found = marginPoint(
        rows,
        from.x.map((value, a) => value + share * step[a]!),
        nu,
      );
      if (found.value <= from.value - ENOUGH * share * decrement) return found;
    }
    return null;
  }

  const constant = marginPoint(rows, rows.constant);
  let best = constant;
  let lower = 0;
  const first = eps > 0 ? FIRST * typicalLength(rows) : 0;
  let nu = first;
  let scale = 0;
  let asked = false;
  let at = marginPoint(rows, rows.constant, nu);
  for (let iteration = 0; ; iteration++) {
    slopesAt(at);
    const duals = at.margins.map(loss.pull);
    const rhs = pullOf(duals);
    for (let a = 0; a < N; a++) rhs[a]! -= lambda * at.x[a]!;
    scale ||= norm(rhs) || 1;
    const dual = rows.allowed(duals);
    const g = pullOf(dual).subarray(0, N);
    const bound = -dot(g, g) / (2 * lambda) - mean(dual, loss.conjugate);
    lower = Math.max(lower, bound);
    const exact = marginPoint(rows, at.x);
    if (exact.value < best.value) best = exact;
    options.onIteration(iteration, { upper: best.value, lower });
    const signs = separable && eps > 0 ? omega : null;
    const found = { best, lower, iterations: iteration, residual: norm(rhs) / scale, signs };
    if (best.value - lower <= options.tolerance * best.value || iteration === options.maxIterations)
      return found;
    if (best === constant && nu < ASK_AT * first && !asked) {
      asked = true;
      if (options.constantIsOptimal()) return { ...found, lower: best.value, residual: 0 };
    }

    const step = newtonStep(at, rhs);
    const decrement = step ? dot(step, rhs) : 0;
    const next = step && decrement > 0 ? descend(at, step, decrement, nu) : null;
    if (next === null && nu <= LAST * first) return found;
    if (next) turn(at, next);
    at = next ?? at;
    // What nu alone leaves of the gap: the share of the gradient in theta is its square over 2 lambda.
    const inTheta = rhs.subarray(0, N);
    const gradient = dot(inTheta, inTheta) / (2 * lambda);
    const smoothed = exact.value - bound - gradient;
    // Entries that nu rounds off turn round as it falls, and with them the gradient, which has to follow.
    const settled = !separable || gradient < smoothed;
    if (nu > 0 && (next === null || (settled && decrement < REDUCE_AT * smoothed))) {
      nu *= REDUCE_BY;
      at = marginPoint(rows, at.x, nu);
    }
  }
}

/** nu begins at this share of a gradient's typical length, */
const FIRST = 0.3;
/** falls by this factor */
const REDUCE_BY = 0.1;
/** when the squared Newton decrement is below this share of what nu leaves of the gap, */
const REDUCE_AT = 0.2;
/** and ends where float64 does, as a share of its beginning. */
const LAST = 1e-10;
/** At this share of its beginning a best point that is still constant is put to the proof. */
const ASK_AT = 1e-2;
/** Share of the descent that the slope promises which a step has to achieve. */
const ENOUGH = 1e-4;
