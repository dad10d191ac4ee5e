import { dot } from '../../numerics/vectors.ts';
import {
  addUnit,
  type ConeShape,
  coneDegree,
  coneLength,
  jordanDivide,
  jordanProduct,
  largestStep,
  newScaling,
  type Scaling,
  scale,
  scalingOf,
  unscale,
} from './cones.ts';

/**
 * A convex quadratic cone programme: minimise (1/2) x' P x + c' x over x with s(x) = A x + s0 in a cone K, given by the operations
 * on it that are cheap for its structure.
 */
export interface ConeProgramme {
  readonly shape: ConeShape;
  /** Length of x. */
  readonly size: number;
  /** P x + c. */
  gradient(x: Float64Array): Float64Array;
  /** A x. */
  apply(x: Float64Array): Float64Array;
  /** A' z. */
  applyTransposed(z: Float64Array): Float64Array;
  /** Factors P + A' W^-2 A; false when that fails. */
  factor(scaling: Scaling): boolean;
  /** Solves with the factor, in place. */
  solve(rhs: Float64Array): Float64Array;
  /** Two-sided bounds on the optimum from any x and z in the cone; s = s(x) and az = A' z are at hand. */
  bounds(point: InteriorPoint & { readonly az: Float64Array }): Bounds;
}

/** A programme that knows where to begin. */
export interface StartedProgramme extends ConeProgramme {
  start(): InteriorPoint;
}

export interface Bounds {
  /** The objective at x. */
  readonly upper: number;
  /** A value that no x can beat. */
  readonly lower: number;
  /** Size of the dual residual relative to the terms that cancel in it. */
  readonly residual: number;
}

/** s = A x + s0 and z, both inside the cone. */
export interface InteriorPoint {
  /** Primal variables: theta and the bounds on the norms. */
  readonly x: Float64Array;
  /** Slacks, in the cone. */
  readonly s: Float64Array;
  /** Dual variables, in the cone. */
  readonly z: Float64Array;
}

export interface InteriorPointOptions {
  /** Stop when (upper - lower) <= tolerance * upper, or upper <= negligible. */
  readonly tolerance: number;
  readonly negligible: number;
  readonly maxIterations: number;
  readonly onIteration?: (iteration: number, bounds: Bounds, point: InteriorPoint) => void;
}

export interface InteriorPointResult extends InteriorPoint {
  readonly bounds: Bounds;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Share of the way to the cone's boundary that a step may go. */
const TO_BOUNDARY = 0.995;

/**
 * Mehrotra's predictor-corrector method with Nesterov-Todd scaling. Every iterate is primal feasible, since s(x) can always
 * be entered; the dual residual falls by one minus the step length. The best certified point is kept, so an iteration that
 * rounding spoils ends the run without spoiling the answer.
 */
export function interiorPoint(
  programme: ConeProgramme,
  start: InteriorPoint,
  { tolerance, negligible, maxIterations, onIteration }: InteriorPointOptions,
): InteriorPointResult {
  const { shape } = programme;
  const length = coneLength(shape);
  const degree = coneDegree(shape);
  const scaling = newScaling(shape);
  const x = start.x.slice();
  const s = start.s.slice();
  const z = start.z.slice();
  const correction = new Float64Array(length);
  let best: InteriorPointResult | undefined;

  for (let iteration = 0; ; iteration++) {
    const az = programme.applyTransposed(z);
    const bounds = programme.bounds({ x, z, s, az });
    onIteration?.(iteration, bounds, { x, s, z });
    const lower = Math.max(bounds.lower, best?.bounds.lower ?? Number.NEGATIVE_INFINITY);
    if (best === undefined || bounds.upper <= best.bounds.upper)
      best = {
        x: x.slice(),
        z: z.slice(),
        s: s.slice(),
        bounds: { ...bounds, lower },
        iterations: iteration,
        converged: false,
      };
    else best = { ...best, bounds: { ...best.bounds, lower } };
    const { upper } = best.bounds;
    const converged = upper - lower <= tolerance * upper || upper <= negligible;
    if (converged || iteration === maxIterations) return { ...best, iterations: iteration, converged };
    if (!scalingOf(shape, s, z, scaling) || !programme.factor(scaling))
      return { ...best, iterations: iteration };

    // The residual P x - A' z and the duality measure.
    const px = programme.gradient(x);
    const mu = dot(s, z) / degree;

    // Predictor: towards complementarity zero. There -residual + A' W^-1 y = -P x, as y = -lambda.
    const dxAffine = programme.solve(negated(px));
    const affine = directions(programme, scaling, dxAffine, negated(scaling.lambda));
    const reach = Math.min(1, largestStep(shape, s, affine.ds), largestStep(shape, z, affine.dz));
    const muAffine = complementarity(s, affine.ds, z, affine.dz, reach) / degree;
    const centring = Math.min(1, Math.max(0, muAffine / mu)) ** 3;

    // Corrector: the second-order term of the predictor, and back towards the central path.
    unscale(shape, scaling, affine.ds);
    scale(shape, scaling, affine.dz);
    jordanProduct(shape, affine.ds, affine.dz, correction);
    for (let j = 0; j < length; j++) correction[j] = -correction[j]!;
    addUnit(shape, correction, centring * mu);
    jordanDivide(shape, scaling.lambda, correction);
    for (let j = 0; j < length; j++) correction[j]! -= scaling.lambda[j]!;
    const target = correction.slice();
    unscale(shape, scaling, target);
    const rhs = programme.applyTransposed(target);
    for (let j = 0; j < rhs.length; j++) rhs[j]! += az[j]! - px[j]!;
    const dx = programme.solve(rhs);
    const { ds, dz } = directions(programme, scaling, dx, correction);

    const step = Math.min(1, TO_BOUNDARY * Math.min(largestStep(shape, s, ds), largestStep(shape, z, dz)));
    if (!(step > 1e-10)) return { ...best, iterations: iteration };
    for (let j = 0; j < x.length; j++) x[j]! += step * dx[j]!;
    for (let j = 0; j < length; j++) {
      s[j]! += step * ds[j]!;
      z[j]! += step * dz[j]!;
    }
  }
}

/** ds = A dx and dz = W^-1 (y - W^-1 ds). */
function directions(
  { shape, apply }: ConeProgramme,
  scaling: Scaling,
  dx: Float64Array,
  y: Float64Array,
): { ds: Float64Array; dz: Float64Array } {
  const ds = apply(dx);
  const dz = ds.slice();
  unscale(shape, scaling, dz);
  for (let j = 0; j < dz.length; j++) dz[j] = y[j]! - dz[j]!;
  unscale(shape, scaling, dz);
  return { ds, dz };
}

/** (s + step ds)'(z + step dz). */
function complementarity(
  s: Float64Array,
  ds: Float64Array,
  z: Float64Array,
  dz: Float64Array,
  step: number,
): number {
  let sum = 0;
  for (let j = 0; j < s.length; j++) sum += (s[j]! + step * ds[j]!) * (z[j]! + step * dz[j]!);
  return sum;
}

const negated = (a: Float64Array): Float64Array => a.map((value) => -value);
