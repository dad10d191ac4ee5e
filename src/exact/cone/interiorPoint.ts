import type { Precision } from '../../numerics/linearAlgebra.ts';
import { mappedCopy, mappedNumbers } from '../../numerics/mappedNumbers.ts';
import { dot } from '../../numerics/vectors.ts';
import {
  addUnit,
  type ConeShape,
  clippingTerm,
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
  /** A x. Like the two that follow in double precision, if not asked to save time with less. */
  apply(x: Float64Array, precision?: Precision): Float64Array;
  /** A' z. */
  applyTransposed(z: Float64Array, precision?: Precision): Float64Array;
  /** Factors P + A' W^-2 A; false when that fails, which a second attempt in double precision may not. */
  factor(scaling: Scaling, precision?: Precision): boolean;
  /** Solves with the factor, in place. */
  solve(rhs: Float64Array): Float64Array;
  /**
   * Two-sided bounds on the optimum from any x and z in the cone; s = s(x) and az = A' z are at hand.
   * @param wanted the relative gap that is asked for: where it is out of reach, the lower bound may be a loose one that costs
   * less, and says so. Default: the best lower bound
   */
  bounds(point: InteriorPoint & { readonly az: Float64Array }, wanted?: number): Bounds;
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
  /** That a better lower bound was not looked for. Default false. */
  readonly loose?: boolean;
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
  /** The lower bound is an estimate, upper - s'z, as long as it is far from what is asked for. */
  readonly onIteration?: (iteration: number, bounds: Bounds, point: InteriorPoint) => void;
}

export interface InteriorPointResult extends InteriorPoint {
  readonly bounds: Bounds;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Down to this relative gap single precision gives a direction, as long as each step takes the gap and the dual residual to
 * this share of what they were; the step and the bounds are computed in double.
 */
const ROUGH_GAP = 3e-5;
const PROGRESS = 0.5;
/** Complementarity below this share of the gap asked for leaves a dual residual that rounding keeps up: no step mends it. */
const SPENT = 1e-7;
/** Share of the way to the cone's boundary that a step may go. */
const TO_BOUNDARY = 0.995;
/** A direction with this reach or more is followed as it is. */
const LONG_ENOUGH = 0.97;
/** How far beyond the reach of a direction its products are looked at. */
const BEYOND = 0.3;
/** Complementarity products below this multiple of their target, or above its inverse, are brought back. */
const OUTLIER = 0.1;

/**
 * Mehrotra's predictor-corrector method with Nesterov-Todd scaling and a corrector of centrality. Every iterate is primal
 * feasible, since s(x) can always be entered; the dual residual falls by one minus the step length. The best certified point
 * is kept, so an iteration that rounding spoils ends the run without spoiling the answer.
 * @param start overwritten
 */
export function interiorPoint(
  programme: ConeProgramme,
  start: InteriorPoint,
  { tolerance, negligible, maxIterations, onIteration }: InteriorPointOptions,
): InteriorPointResult {
  const { shape } = programme;
  const length = coneLength(shape);
  const scaling = newScaling(shape);
  const { x, s, z } = start;
  let best: InteriorPointResult | undefined;
  let precision: Precision = 'single';
  let before = { gap: Number.POSITIVE_INFINITY, residual: Number.POSITIVE_INFINITY };

  for (let iteration = 0; ; iteration++) {
    const az = programme.applyTransposed(z);
    const bounds = programme.bounds({ x, z, s, az }, tolerance);
    // s'z is the gap where the dual residual is zero, and positive where it is not.
    const complementarity = dot(s, z);
    const believed = bounds.loose ? Math.max(bounds.lower, bounds.upper - complementarity) : bounds.lower;
    onIteration?.(iteration, { ...bounds, lower: believed }, { x, s, z });
    best = better(best, start, bounds, iteration);
    const { upper, lower } = best.bounds;
    const converged = upper - lower <= tolerance * upper || upper <= negligible;
    if (converged) return { ...best, converged };
    /** The best point, with the best bound of the last one where only a loose one was looked for. */
    const unfinished = (): InteriorPointResult =>
      bounds.loose ? better(best, start, programme.bounds({ x, z, s, az }), iteration) : best!;
    if (iteration === maxIterations || complementarity <= SPENT * tolerance * upper) return unfinished();
    const gap = (upper - Math.max(lower, believed)) / upper;
    const { residual } = bounds;
    if (gap < ROUGH_GAP || gap > PROGRESS * before.gap || residual > PROGRESS * before.residual)
      precision = 'double';
    before = { gap, residual };
    if (!scalingOf(shape, s, z, scaling)) return unfinished();
    if (!programme.factor(scaling, precision) && !programme.factor(scaling)) return unfinished();

    const reachOf = ({ ds, dz }: Direction): number =>
      Math.min(largestStep(shape, s, ds), largestStep(shape, z, dz));
    const { mehrotra, target } = mehrotraStep(programme, scaling, start, az, precision);

    // A corrector of centrality, where that direction cannot be followed nearly to its end: one more solution with the same
    // factor, kept where it lengthens the step.
    const alone = reachOf(mehrotra);
    const central =
      alone < LONG_ENOUGH
        ? added(centralityCorrector(programme, scaling, start, mehrotra, alone, target, precision), mehrotra)
        : mehrotra;
    const { dx, ds, dz } = reachOf(central) > alone ? central : mehrotra;

    const step = Math.min(1, TO_BOUNDARY * reachOf({ dx, ds, dz }));
    if (!(step > 1e-10)) return unfinished();
    for (let j = 0; j < x.length; j++) x[j]! += step * dx[j]!;
    for (let j = 0; j < length; j++) {
      s[j]! += step * ds[j]!;
      z[j]! += step * dz[j]!;
    }
  }
}

/** The best of the points met so far with the best of the lower bounds, this one counted in. */
function better(
  best: InteriorPointResult | undefined,
  point: InteriorPoint,
  bounds: Bounds,
  iterations: number,
): InteriorPointResult {
  const known = best?.bounds.lower ?? Number.NEGATIVE_INFINITY;
  // Of a point that rounding spoilt the bound is not a number.
  const lower = bounds.lower > known ? bounds.lower : known;
  const isBest = best === undefined || bounds.upper <= best.bounds.upper;
  const { x, s, z } = isBest ? kept(point, best) : best;
  return { x, s, z, bounds: { ...(isBest ? bounds : best.bounds), lower }, iterations, converged: false };
}

/** A copy of the point, in the place of one that is not needed any more. */
function kept({ x, s, z }: InteriorPoint, place: InteriorPoint | undefined): InteriorPoint {
  if (place === undefined) return { x: x.slice(), s: mappedCopy(s), z: mappedCopy(z) };
  place.x.set(x);
  place.s.set(s);
  place.z.set(z);
  return { x: place.x, s: place.s, z: place.z };
}

/** Mehrotra's direction, and the complementarity that it aims at. */
function mehrotraStep(
  programme: ConeProgramme,
  scaling: Scaling,
  { x, s, z }: InteriorPoint,
  az: Float64Array,
  precision: Precision,
): { mehrotra: Direction; target: number } {
  const { shape } = programme;
  const { lambda } = scaling;
  const degree = coneDegree(shape);
  const px = programme.gradient(x);
  // Predictor: towards complementarity zero. Its right-hand side -(P x - A' z) - A' W^-1 lambda is -P x, as W^-1 lambda = z.
  const { ds, dz } = direction(programme, scaling, negated(px), negated(lambda), precision);
  const reach = Math.min(1, largestStep(shape, s, ds), largestStep(shape, z, dz));
  const mu = dot(s, z) / degree;
  const muAffine = complementarity(s, ds, z, dz, reach) / degree;
  const target = Math.min(1, Math.max(0, muAffine / mu)) ** 3 * mu;

  // Corrector: the second-order term of the predictor, and back towards the central path.
  const correction = scaledProduct(shape, scaling, ds, dz);
  for (let j = 0; j < correction.length; j++) correction[j] = -correction[j]!;
  addUnit(shape, correction, target);
  jordanDivide(shape, lambda, correction);
  for (let j = 0; j < correction.length; j++) correction[j]! -= lambda[j]!;
  const right = pulledBack(programme, scaling, correction, precision);
  for (let j = 0; j < right.length; j++) right[j]! += az[j]! - px[j]!;
  return { mehrotra: direction(programme, scaling, right, correction), target };
}

/** A change of x, s and z. */
interface Direction {
  readonly dx: Float64Array;
  readonly ds: Float64Array;
  readonly dz: Float64Array;
}

/** The solution of (P + A' W^-2 A) dx = right, with ds = A dx and dz = W^-1 (y - W^-1 ds). `right` is overwritten by dx. */
function direction(
  programme: ConeProgramme,
  scaling: Scaling,
  right: Float64Array,
  y: Float64Array,
  precision: Precision = 'double',
): Direction {
  const { shape } = programme;
  const dx = programme.solve(right);
  const ds = programme.apply(dx, precision);
  const dz = mappedCopy(ds);
  unscale(shape, scaling, dz);
  for (let j = 0; j < dz.length; j++) dz[j] = y[j]! - dz[j]!;
  unscale(shape, scaling, dz);
  return { dx, ds, dz };
}

/** A' W^-1 y. */
function pulledBack(
  programme: ConeProgramme,
  scaling: Scaling,
  y: Float64Array,
  precision: Precision,
): Float64Array {
  const target = mappedCopy(y);
  unscale(programme.shape, scaling, target);
  return programme.applyTransposed(target, precision);
}

/** W^-1 s o W z, in the place of s; z is overwritten. */
function scaledProduct(shape: ConeShape, scaling: Scaling, s: Float64Array, z: Float64Array): Float64Array {
  unscale(shape, scaling, s);
  scale(shape, scaling, z);
  jordanProduct(shape, s, z, s);
  return s;
}

/**
 * Gondzio's corrector (1996) of a direction that leaves the cone at the step `reach`: somewhat beyond it, the complementarity
 * products that stray most from the target `mu` are brought back towards it, and what is far above falls by at most that.
 */
function centralityCorrector(
  programme: ConeProgramme,
  scaling: Scaling,
  { s, z }: Pick<InteriorPoint, 's' | 'z'>,
  { ds, dz }: Direction,
  reach: number,
  mu: number,
  precision: Precision,
): Direction {
  const { shape } = programme;
  const step = Math.min(1, reach + BEYOND);
  const stray = scaledProduct(shape, scaling, along(s, ds, step), along(z, dz, step));
  clippingTerm(shape, stray, OUTLIER * mu, mu / OUTLIER);
  jordanDivide(shape, scaling.lambda, stray);
  return direction(programme, scaling, pulledBack(programme, scaling, stray, precision), stray);
}

/** a + step b. */
function along(a: Float64Array, b: Float64Array, step: number): Float64Array {
  const point = mappedCopy(a);
  for (let j = 0; j < point.length; j++) point[j]! += step * b[j]!;
  return point;
}

/** a + b, in the place of a. */
function added(a: Direction, b: Direction): Direction {
  for (const part of ['dx', 'ds', 'dz'] as const)
    for (let j = 0; j < a[part].length; j++) a[part][j]! += b[part][j]!;
  return a;
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

function negated(a: Float64Array): Float64Array {
  const opposite = mappedNumbers(a.length);
  for (let j = 0; j < a.length; j++) opposite[j] = -a[j]!;
  return opposite;
}
