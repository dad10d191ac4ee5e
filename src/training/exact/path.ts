import { type AdversarialRegressionOptions, adversarialRegression } from './adversarialRegression.ts';
import type { ExactData, ExactResult } from './exactResult.ts';
import { type LinearizedOptions, type LinearizedProblem, solveLinearized } from './solveLinearized.ts';

/** A point of a path: {@link linearizedPath}, {@link adversarialRegressionPath}. */
export interface PathPoint {
  /** Radius of the perturbations, in units of the input; >= 0. */
  readonly eps: number;
  /** Penalty (lambda / 2) |theta|^2. Default 0. */
  readonly lambda?: number;
}

/**
 * `solveLinearized` at each point in order, each started from the one before.
 * @param points in an order in which neighbours are near each other
 * @throws InvalidArgumentError as `solveLinearized` does
 */
export const linearizedPath = (
  problem: LinearizedProblem,
  points: readonly PathPoint[],
  options: Omit<LinearizedOptions, 'eps' | 'lambda' | 'start'> = {},
): ExactResult[] => path(points, (point) => solveLinearized(problem, { ...options, ...point }));

/**
 * `adversarialRegression` at each point in order, each started from the one before.
 * @param points in an order in which neighbours are near each other
 * @throws InvalidArgumentError as `adversarialRegression` does
 */
export const adversarialRegressionPath = (
  data: ExactData,
  points: readonly PathPoint[],
  options: Omit<AdversarialRegressionOptions, 'eps' | 'lambda' | 'start'> = {},
): ExactResult[] => path(points, (point) => adversarialRegression(data, { ...options, ...point }));

function path(
  points: readonly PathPoint[],
  solve: (options: PathPoint & Pick<LinearizedOptions, 'start'>) => ExactResult,
): ExactResult[] {
  const results: ExactResult[] = [];
  for (const point of points) {
    const before = results.at(-1);
    results.push(solve(before ? { ...point, start: before.warmStart } : point));
  }
  return results;
}
