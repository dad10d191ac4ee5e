import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { HostRows } from '../data/dataset.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type AdversarialRegressionOptions, adversarialRegression } from './adversarialRegression.ts';
import type { ExactOptions } from './exactOptions.ts';
import type { ExactResult, WarmStart } from './exactResult.ts';
import type { ReadoutProblem } from './readoutProblem.ts';
import { isNear } from './solveProgramme.ts';
import { type ReadoutOptions, solveReadout } from './solveReadout.ts';

/** A point of a path: {@link readoutPath}, {@link adversarialRegressionPath}. */
export interface PathPoint {
  /** Radius of the perturbations, in units of the input; >= 0. */
  readonly eps: number;
  /** Penalty (lambda / 2) |theta|^2. Default 0. */
  readonly lambda?: number;
}

/** What all points of a path share: the options `T` of one solution without what the points say. */
export type PathOptions<T extends ExactOptions> = Omit<T, 'eps' | 'lambda' | 'start' | 'keepStart'>;

const SHARED: OptionNames<PathOptions<ExactOptions>> = {
  fitIntercept: true,
  tolerance: true,
  maxIterations: true,
  onProgress: true,
};

const POINT: OptionNames<PathPoint> = { eps: true, lambda: true };

/**
 * `solveReadout` at each point in order, each started from an earlier one where that is near enough.
 * @param points in an order in which neighbours are near each other
 * @throws InvalidArgumentError as `solveReadout` does
 */
export const readoutPath = (
  problem: ReadoutProblem,
  points: readonly PathPoint[],
  options: PathOptions<ReadoutOptions> = {},
): ExactResult[] => {
  checkOptions('readoutPath', options, { ...SHARED, gradients: true });
  return path(points, (point) => solveReadout(problem, { ...options, ...point }));
};

/**
 * `adversarialRegression` at each point in order, each started from an earlier one where that is near enough.
 * @param points in an order in which neighbours are near each other
 * @throws InvalidArgumentError as `adversarialRegression` does
 */
export const adversarialRegressionPath = (
  data: HostRows,
  points: readonly PathPoint[],
  options: PathOptions<AdversarialRegressionOptions> = {},
): ExactResult[] => {
  checkOptions('adversarialRegressionPath', options, { ...SHARED, norm: true });
  return path(points, (point) => adversarialRegression(data, { ...options, ...point }));
};

function path(
  points: readonly PathPoint[],
  solve: (options: PathPoint & Pick<ReadoutOptions, 'start'>) => ExactResult,
): ExactResult[] {
  if (!Array.isArray(points)) throw new InvalidArgumentError('points', points, 'a list of {eps, lambda}');
  for (const point of points) checkOptions('a point of a path', point ?? null, POINT);
  // A solution that begins at a neighbour's point leaves one further from the centre of the cones, so that a chain of them takes ever
  // more iterations: all that are near a point solved from the solver's own start begin there.
  let start: WarmStart | undefined;
  return points.map((point) => {
    const result = solve(start ? { ...point, start } : point);
    if (!start || !isNear(start, point)) start = result.warmStart;
    return result;
  });
}
