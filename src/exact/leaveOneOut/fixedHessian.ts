import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot, norm, times, transposedTimes } from '../../numerics/vectors.ts';
import { boxDuals } from './boxDual.ts';
import { hessianOf, type Point, pointAt, type RowLosses, type RowStates } from './leaveRowsOut.ts';
import { invertedFactor, rowsTimes } from './localModel.ts';

/**
 * Training without a row, from the minimiser of all rows, by proximal Newton steps whose Hessian stays that of all: gradients are
 * those at the point that has been reached, kinks are kept as kinks, so that only the number of steps is worse for a Hessian that
 * is not that of the point, and a step costs a product with the Jacobians and no factorisation.
 * @returns what training without row i ends at; null where the steps do not shrink, as where a row holds what nothing else does
 */
export function trainerWithout(
  losses: RowLosses,
  point: Point,
  states: RowStates,
): (i: number) => Point | null {
  const { n, M, N, design, ridge, kinkSlope } = losses;
  const pieces = losses.pieces(point, states);
  const { kinks: atKinks, outputDerivatives: smoothDerivatives } = losses.firstOrder(point);
  const kinked = atKinks !== null;
  const softness = atKinks?.softness ?? 0;
  // The curvature of a soft kink is that of its duals, whichever side rows are on.
  const outputCurvatures = softness > 0 ? new Float64Array(n) : pieces.outputCurvatures;
  const smooth = { ...pieces, fitted: pieces.fitted.map(() => false), outputCurvatures };
  // All vectors are L^-1 of themselves, H = L L': there the Hessian is the identity.
  const hessian = hessianOf(losses, point, smooth);
  // Kinks alone may hold an intercept.
  if (M > N) hessian[M * M - 1]! += (HELD_INTERCEPT * traceOf(hessian, M)) / M;
  const inverse = invertedFactor(hessian, M);
  const own = rowsTimes(pieces.directions, inverse, n, M);
  const toKinks = kinked ? rowsTimes(kinkDirections(), inverse, n, M) : new Float64Array(0);
  const gram = new Float64Array(kinked ? n * n : 0);
  if (kinked) linearAlgebra().multiplyTransposed(toKinks, toKinks, gram, { m: n, n, k: M });

  /** What kinks are functions of, to first order, at the minimiser. */
  function kinkDirections(): Float64Array {
    const directions = design.slice();
    for (let i = 0; i < n; i++)
      for (let a = 0; a < N; a++) directions[i * M + a]! += kinkSlope * point.gradients.slopes[i * N + a]!;
    return directions;
  }

  return (i) => {
    // A row on the flat side of its loss is missed by none.
    if (states.scores[i] === 0 && pieces.normDerivatives[i] === 0) return point;
    const row = own.subarray(i * M, (i + 1) * M);
    // H without w d_i d_i' has the inverse H^-1 + loosened H^-1 d_i d_i' H^-1.
    const curvature = outputCurvatures[i]!;
    const held = curvature * dot(row, row);
    if (held > MOST_HELD) return null;
    const loosened = curvature / (1 - held);
    const freed = (v: Float64Array): Float64Array => {
      const along = loosened * dot(row, v);
      return v.map((value, a) => value + along * row[a]!);
    };
    const onKinks = kinked ? times(toKinks, row, n) : null;
    let at = point;
    // The derivative of a loss is that of its smooth part and the dual of its kink.
    let duals: Float64Array | null = kinked
      ? states.scores.map((score, j) => -score - smoothDerivatives[j]!)
      : null;
    let first = 0;
    let before = Number.POSITIVE_INFINITY;
    for (let step = 0; step < STEPS; step++) {
      const { outputDerivatives, normDerivatives, kinks } = losses.firstOrder(at);
      if (kinks && duals) {
        kinks.lower[i] = 0;
        kinks.upper[i] = 0;
        duals = duals.map((dual, j) => Math.min(kinks.upper[j]!, Math.max(kinks.lower[j]!, dual)));
        for (let j = 0; j < n; j++) {
          outputDerivatives[j]! += duals[j]!;
          normDerivatives[j]! += kinkSlope * duals[j]!;
        }
      }
      outputDerivatives[i] = 0;
      normDerivatives[i] = 0;
      const gradient = transposedTimes(design, outputDerivatives, M);
      const fromNorms = transposedTimes(at.gradients.slopes, normDerivatives, N);
      for (let a = 0; a < N; a++) gradient[a]! += ridge * at.x[a]! + fromNorms[a]!;
      const pull = times(inverse, gradient, M);
      if (kinks && duals && onKinks) {
        const old = duals;
        const back = times(toKinks, freed(pull), n);
        const moved = boxDuals(
          { ...kinks, values: kinks.values.map((t, j) => t - back[j]! - softness * old[j]!), duals: old },
          (j, k) => gram[j * n + k]! + loosened * onKinks[j]! * onKinks[k]! + (j === k ? softness : 0),
        );
        if (moved === null) return null;
        const change = transposedTimes(
          toKinks,
          moved.map((dual, j) => dual - old[j]!),
          M,
        );
        for (let a = 0; a < M; a++) pull[a]! += change[a]!;
        duals = moved;
      }
      const whitened = freed(pull);
      const move = transposedTimes(inverse, whitened, M);
      at = pointAt(
        losses,
        at.x.map((value, a) => value - move[a]!),
      );
      const length = norm(whitened);
      first ||= length;
      // What is left of a geometric series.
      const rate = step === 0 ? MOST_RATE : Math.min(MOST_RATE, length / before);
      if ((length * rate) / (1 - rate) <= SMALL * first) return at;
      if (!(length < GROWS * before)) return null;
      before = length;
    }
    return null;
  };
}

function traceOf(a: Float64Array, size: number): number {
  let trace = 0;
  for (let j = 0; j < size; j++) trace += a[j * size + j]!;
  return trace;
}

/** Share of the mean curvature that is added to that of an intercept. */
const HELD_INTERCEPT = 1e-3;
/** Steps at most. */
const STEPS = 40;
/** What may be left of the way, as a share of the first step. */
const SMALL = 3e-5;
/** Steps that shrink less than that do so for a while only. */
const MOST_RATE = 0.95;
/** A step this much longer than the one before gives the method up. */
const GROWS = 1.5;
/** A row that holds more than this share of its own direction's curvature cannot be taken out of a factor. */
const MOST_HELD = 1 - 1e-6;
