import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../../numerics/lowerTriangle.ts';
import {
  dot,
  norm,
  solveLower,
  solveLowerTransposed,
  times,
  transposedTimes,
} from '../../numerics/vectors.ts';
import { boxDualSolver } from './boxDualSolver.ts';
import {
  type FirstOrder,
  hessianOf,
  type Point,
  pairsOf,
  pointAt,
  type RowLosses,
  type RowStates,
} from './leaveRowsOut.ts';
import { factored } from './localModel.ts';
import { mixedRows } from './vectorPairs.ts';

/**
 * Training without a row, from the minimiser of all rows, by proximal Newton steps whose Hessian stays that of all but for the row's
 * own rank-one part: gradients are those of the point that has been reached and kinks are kept as kinks, so that a Hessian which is
 * not that of the point costs steps, but nothing at the end. A step takes two products with the Jacobians and no factorisation.
 * @returns from a row to what training without it ends at; null where the steps do not shrink
 */
export function trainerWithout(
  losses: RowLosses,
  minimiser: Point,
  states: RowStates,
): (i: number) => Point | null {
  const { n, M, N, kinkSlope } = losses;
  const all = { from: 0, to: n };
  const pieces = losses.pieces(minimiser, states);
  const { kinks: kinksThere, outputDerivatives } = losses.firstOrder(minimiser);
  // The derivative of a loss is that of its smooth part and the dual of its kink.
  const dualsThere = kinksThere && states.scores.map((score, j) => -score - outputDerivatives[j]!);
  const softness = kinksThere?.softness ?? 0;
  // What a soft kink curves is in the programme of its dual, whichever side a row is on.
  const outputCurvatures = softness > 0 ? new Float64Array(n) : pieces.outputCurvatures;
  const hessian = hessianOf(losses, { point: minimiser, pieces }, outputCurvatures);
  // Kinks alone may hold an intercept.
  if (M > N) hessian[M * M - 1]! += HELD_INTERCEPT * n;
  // Vectors are L^-1 of themselves, H = L L': there the Hessian is the identity.
  const factor = factored(hessian, M, N);
  const triangle = new LowerTriangle(factor, M);
  const size = sizeIn(factor, minimiser.x);
  const pairs = pairsOf(losses, minimiser);
  const own = triangle.solve(mixedRows(pairs, pieces, all));
  // Gradients of what kinks are functions of.
  const onKinks = { onDesign: new Float64Array(n).fill(1), onSlopes: new Float64Array(n).fill(kinkSlope) };
  const toKinks = kinksThere ? triangle.solve(mixedRows(pairs, onKinks, all)) : new Float64Array(0);
  const gram = new Float64Array(kinksThere ? n * n : 0);
  if (kinksThere) linearAlgebra().multiplyTransposed(toKinks, toKinks, gram, { m: n, n, k: M });

  return (i) => {
    const direction = own.subarray(i * M, (i + 1) * M);
    const held = outputCurvatures[i]! * dot(direction, direction);
    if (held > MOST_HELD) return null;
    // H without w d_i d_i' has the inverse H^-1 + loosened H^-1 d_i d_i' H^-1.
    const loosened = outputCurvatures[i]! / (1 - held);
    const freed = (v: Float64Array): Float64Array => {
      const along = loosened * dot(direction, v);
      return v.map((value, a) => value + along * direction[a]!);
    };

    const solveDuals = kinksThere && boxDualSolver(gramWithout(), n);

    /** What the duals of kinks change their functions by, without row i. */
    function gramWithout(): Float64Array {
      const onKinks = times(toKinks, direction, n);
      const without = gram.slice();
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) without[j * n + k]! += loosened * onKinks[j]! * onKinks[k]!;
        without[j * n + j]! += softness;
      }
      return without;
    }

    let at = minimiser;
    let duals: Float64Array | null = dualsThere;
    let [first, before] = [0, 0];
    for (let step = 0; step < STEPS; step++) {
      const { kinks, ...derivatives } = losses.firstOrder(at);
      if (kinks) {
        kinks.lower[i] = 0;
        kinks.upper[i] = 0;
        duals = duals!.map((dual, j) => Math.min(kinks.upper[j]!, Math.max(kinks.lower[j]!, dual)));
      }
      const gradient = solveLower(factor, gradientWithout(losses, at, derivatives, duals, i), M);
      if (kinks) {
        const moved = times(toKinks, freed(gradient), n);
        const values = kinks.values.map((t, j) => t - moved[j]! - softness * duals![j]!);
        const after = solveDuals!({ ...kinks, duals: duals!, values });
        if (after === null) return null;
        const change = after.map((dual, j) => dual - duals![j]!);
        transposedTimes(toKinks, change, M).forEach((value, a) => {
          gradient[a]! += value;
        });
        duals = after;
      }
      const back = freed(gradient);
      const move = solveLowerTransposed(factor, back.slice());
      at = pointAt(
        losses,
        at.x.map((value, a) => value - move[a]!),
      );
      const length = norm(back);
      if (step === 0) first = length;
      else if (!(length < Math.max(GROWS * before, NOTHING * size))) return null;
      // What is left of a geometric series.
      const rate = step === 0 ? MOST_RATE : Math.min(MOST_RATE, length / before);
      if ((length * rate) / (1 - rate) <= Math.max(SMALL * first, NOTHING * size)) return at;
      before = length;
    }
    return null;
  };
}

/** The gradient of all rows but row i, their kinks counted by their duals, M. */
function gradientWithout(
  { n, M, N, design, ridge, kinkSlope }: RowLosses,
  { x, gradients }: Point,
  { outputDerivatives, normDerivatives }: Omit<FirstOrder, 'kinks'>,
  duals: Float64Array | null,
  i: number,
): Float64Array {
  const onOutputs = outputDerivatives.map((value, j) => (j === i ? 0 : value + (duals?.[j] ?? 0)));
  const onNorms = normDerivatives.map((value, j) => (j === i ? 0 : value + kinkSlope * (duals?.[j] ?? 0)));
  const gradient = transposedTimes(design, onOutputs, M);
  const fromNorms = transposedTimes(gradients.slopes({ from: 0, to: n }), onNorms, N);
  for (let a = 0; a < N; a++) gradient[a]! += ridge * x[a]! + fromNorms[a]!;
  return gradient;
}

/** |L' x| for L in the lower triangle. */
function sizeIn(l: Float64Array, x: Float64Array): number {
  const product = new Float64Array(x.length);
  for (let a = 0; a < x.length; a++) for (let b = 0; b <= a; b++) product[b]! += l[a * x.length + b]! * x[a]!;
  return norm(product);
}

/** What a row adds to the curvature of an intercept, in whose units it has at most about 1. */
const HELD_INTERCEPT = 1e-3;
/** Steps at most. */
const STEPS = 40;
/** What may be left of the way, as a share of the first step. */
const SMALL = 3e-5;
/** A step that is none, as a share of the minimiser: a row on the flat side of its loss is missed by none. */
const NOTHING = 1e-7;
/** Steps that shrink less than that do so for a while only. */
const MOST_RATE = 0.95;
/** A step this much longer than the one before gives the method up. */
const GROWS = 1.5;
/** A row that holds more than this share of its own direction's curvature cannot be taken out of a factor. */
const MOST_HELD = 1 - 1e-6;
