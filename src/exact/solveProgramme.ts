import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import {
  type Bounds,
  type InteriorPoint,
  type InteriorPointResult,
  interiorPoint,
  type StartedProgramme,
} from './cone/interiorPoint.ts';
import { residualDuals } from './cone/residualCones.ts';
import type { ExactSettings } from './exactOptions.ts';
import type { ExactResult, WarmStart } from './exactResult.ts';
import { centring, type Recentring, type Rows } from './intercept.ts';
import { withLeaveOneOut } from './leaveOneOut/leaveOneOut.ts';
import { squaredErrors, squaredLoss } from './leaveOneOut/leftOutRisks.ts';
import {
  type CoordinatesOf,
  type FoundRegression,
  programmeLeftOut,
} from './leaveOneOut/programmeLeftOut.ts';
import { type OwnCones, pointWithout, rowsWithout, without } from './leaveOneOut/withoutRow.ts';
import { trainingErrors } from './trainingErrors.ts';

/** Rows about their means where an intercept is fitted, targets of root mean square 1, and what is asked for there. */
export interface ScaledRows extends Rows {
  readonly eps: number;
  readonly lambda: number;
  readonly intercept: boolean;
}

/** One kind of adversarial training as a cone programme. */
export interface Formulation {
  readonly programme: (rows: ScaledRows) => StartedProgramme;
  /** eps q_i at theta, one for all rows or one a row. */
  readonly costs: (theta: Float64Array) => number | Float64Array;
  /** Relative gap at which the solver stops, where `refine` then spends some of it; default the one asked for. */
  readonly innerTolerance?: number;
  /** Another theta that the gap allows as well, with its objective; default the one that the solver found. */
  readonly refine?: (found: Found, rows: ScaledRows) => { theta: Float64Array; upper: number };
  readonly leavingOut: LeavingOut;
}

/** What training without a row needs. */
export interface LeavingOut {
  /** In which coordinates theta moves. */
  readonly coordinates: (found: Found) => CoordinatesOf;
  /** The formulation on all rows but row i. */
  readonly without: (i: number) => Formulation;
  /** What eps multiplies at each row, for any theta. */
  readonly lengths: (theta: Float64Array) => Float64Array;
  /** The cones that bound each row's norm; 'shared' where the rows share one, 'averaged' where that changes with the rows. */
  readonly cones: OwnCones | 'shared' | 'averaged';
}

/** What the interior-point method found, in solver units. */
export interface Found extends InteriorPointResult {
  readonly theta: Float64Array;
  /** What stands beside theta' phi. */
  readonly offset: number;
}

/**
 * The minimiser of an adversarial objective with eps > 0 on features and targets: centres and scales the rows, runs the
 * interior-point method, and reports theta, the intercept and the gap in the units of the rows.
 */
export function solveProgramme(
  given: Rows,
  settings: ExactSettings,
  { programme, costs, innerTolerance, refine, leavingOut }: Formulation,
): ExactResult {
  const { eps, lambda, fitIntercept: intercept, tolerance } = settings;
  const { n, N } = given;
  const { phi, y: targets, interceptOf, again } = centring(intercept, given);
  const unit = scaleOf(targets);
  const y = targets.map((value) => value / unit);
  const rows = { n, N, phi, y, eps, lambda, intercept };
  const inner = { ...settings, tolerance: innerTolerance ?? tolerance };
  const { warmStart, ...solved } = runInteriorPoint(programme(rows), { n, y }, inner, unit);
  const { x, bounds, iterations } = solved;
  const found = { ...solved, theta: x.slice(0, N), offset: intercept ? x[N]! : 0 };
  const best = refine?.(found, rows) ?? { theta: found.theta, upper: bounds.upper };
  const gap = gapOf({ upper: best.upper, lower: bounds.lower }, y, unit);
  const theta = best.theta.map((value) => value * unit);
  const beside = found.offset * unit;
  const result = {
    theta,
    intercept: interceptOf(theta, beside),
    ...gap,
    ...trainingErrors(phi, targets, theta, costs(theta), beside),
    iterations,
    residual: bounds.residual / (norm(transposedTimes(phi, y, N)) || 1),
    converged: gap.relativeGap <= tolerance,
    warmStart,
  };
  const scores = residualDuals(solved.z, n, intercept).map((value) => value * unit);
  const sizes = Float64Array.from({ length: n }, (_, i) => (solved.z[i]! + solved.z[n + i]!) * unit);
  const duals = { beside, scores, sizes, unit };
  return withLeftOut(result, {
    given,
    settings,
    recentred: again,
    leavingOut,
    duals,
    coordinates: leavingOut.coordinates(found),
  });
}

/** The result with its leave-one-out estimate, for which the duals of the residuals and the warm start are all that is kept. */
function withLeftOut(
  result: Omit<ExactResult, 'leaveOneOut'>,
  {
    given,
    settings,
    recentred,
    leavingOut,
    duals,
    coordinates,
  }: {
    readonly given: Rows;
    readonly settings: ExactSettings;
    readonly recentred: Recentring;
    readonly leavingOut: LeavingOut;
    readonly duals: Pick<FoundRegression, 'beside' | 'scores' | 'sizes'> & { readonly unit: number };
    readonly coordinates: CoordinatesOf;
  },
): ExactResult {
  const { theta, converged, warmStart } = result;
  const { n, N } = given;
  const { eps, lambda, fitIntercept } = settings;
  /** The kept iterate, without row i and in the scale of the others. */
  function startWithout(i: number): InteriorPoint | null {
    const { cones } = leavingOut;
    if (warmStart.point === null || cones === 'averaged') return null;
    const { phi, y } = recentred(given);
    const mean = fitIntercept ? -y[i]! / (n - 1) : 0;
    const scale = scaleOf(without(y, i, 1).map((value) => value - mean));
    const { x } = warmStart.point;
    const row = phi.subarray(i * N, (i + 1) * N);
    // The mean residual of the others differs from that of all by this.
    const shift = fitIntercept ? (y[i]! - duals.unit * dot(x.subarray(0, N), row)) / (n - 1) / scale : null;
    return pointWithout(warmStart.point, i, {
      n,
      N,
      own: cones === 'shared' ? null : cones,
      ratio: duals.unit / scale,
      shift,
    });
  }
  return withLeaveOneOut(
    result,
    { n, eps, converged },
    {
      loss: squaredLoss,
      risks: squaredErrors,
      estimated: () => programmeLeftOut(recentred(given), settings, { theta, ...duals }, coordinates),
      trained(i) {
        const others = (lambda * n) / (n - 1);
        const start = { point: startWithout(i), eps, lambda: others };
        const found = solveProgramme(
          rowsWithout(given, i),
          { ...settings, lambda: others, start, keepStart: false, onProgress: () => {} },
          leavingOut.without(i),
        );
        const output = dot(given.phi.subarray(i * N, (i + 1) * N), found.theta) + found.intercept;
        const gradientNorm = leavingOut.lengths(found.theta)[i]!;
        return { residual: given.y[i]! - output, gradientNorm, converged: found.converged };
      },
    },
  );
}

/** Root mean square; 1 for zeros, so that it can divide. */
export function scaleOf(y: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < y.length; i++) square += y[i]! * y[i]!;
  return Math.sqrt(square / y.length) || 1;
}

/**
 * Runs the interior-point method from the neighbour's iterate where that is near enough to be worth it, otherwise from
 * the programme's own start, for targets of root mean square 1, and keeps an iterate for the next neighbour.
 */
function runInteriorPoint(
  programme: StartedProgramme,
  { n, y }: { readonly n: number; readonly y: Float64Array },
  settings: ExactSettings,
  unit: number,
): InteriorPointResult & { readonly warmStart: WarmStart } {
  const { eps, lambda, tolerance, maxIterations, start, keepStart, onProgress } = settings;
  let kept: InteriorPoint | null = null;
  const atZero = 0.5 * y.reduce((sum, value) => sum + value * value, 0);
  // A start of another size is that of a problem with an intercept for one without, or the other way about.
  const near = start && isNear(start, { eps, lambda }) && start.point?.x.length === programme.size;
  const result = interiorPoint(
    programme,
    near && start.point ? neighbour(start.point, 2 * n, eps / start.eps) : programme.start(),
    {
      tolerance,
      negligible: NEGLIGIBLE * atZero,
      maxIterations,
      onIteration(iteration, { upper, lower }, { x, s, z }) {
        const relativeGap = (upper - lower) / upper;
        if (keepStart && kept === null && relativeGap < WARM_GAP)
          kept = { x: x.slice(), s: s.slice(), z: z.slice() };
        const iterate = { point: { x, s, z }, eps, lambda };
        onProgress({ iteration, objective: (upper * unit * unit) / n, relativeGap, iterate });
      },
    },
  );
  const warmStart = { point: kept, eps, lambda };
  // Beyond the critical eps the minimiser is 0 itself, which interior points only approach.
  if (atZero > result.bounds.upper) return { ...result, warmStart };
  const bounds = { ...result.bounds, upper: atZero };
  const converged = atZero - bounds.lower <= tolerance * atZero;
  return { ...result, x: new Float64Array(result.x.length), bounds, converged, warmStart };
}

/** Share of the objective at theta = 0 below which an objective is zero. */
const NEGLIGIBLE = 1e-18;
/** The iterate that suits a start at a neighbouring eps: the first this close to the optimum, still well inside the cones. */
const WARM_GAP = 3e-3;
/** Beyond this step in log eps the programme's own start is as quick. */
const MOST_STEP = Math.log(1.25);

/** Whether a start is used at another point. */
export const isNear = (
  start: WarmStart,
  { eps, lambda = 0 }: { readonly eps: number; readonly lambda?: number },
): boolean => start.lambda === lambda && Math.abs(Math.log(eps / start.eps)) < MOST_STEP;

/** The dual coordinates of the bounds q are proportional to eps; rescaled, the point stays inside the cones. A copy. */
function neighbour({ x, s, z }: InteriorPoint, from: number, ratio: number): InteriorPoint {
  const rescaled = z.slice();
  for (let j = from; j < z.length; j++) rescaled[j]! *= ratio;
  return { x: x.slice(), s: s.slice(), z: rescaled };
}

/** The gap of bounds on a sum over rows in solver units, as results report it. */
function gapOf(
  { upper, lower }: Pick<Bounds, 'upper' | 'lower'>,
  y: Float64Array,
  unit: number,
): Pick<ExactResult, 'objective' | 'dualityGap' | 'relativeGap'> {
  const gap = Math.max(0, upper - lower);
  const scale = (unit * unit) / y.length;
  const solved = upper <= NEGLIGIBLE * 0.5 * y.reduce((sum, value) => sum + value * value, 0);
  return { objective: upper * scale, dualityGap: gap * scale, relativeGap: solved ? 0 : gap / upper };
}
