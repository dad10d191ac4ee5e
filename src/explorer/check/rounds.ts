/** Models of one point that are trained one after the other. */
export interface Round {
  readonly point: number;
  readonly seeds: readonly number[];
}

/**
 * The order of training: two models at every point first, so that whatever is shown has a standard error over models, then
 * one more at every point until there are `seeds`.
 */
export function roundsOf(points: number, seeds: number): Round[] {
  const groups = [[0, 1].filter((seed) => seed < seeds)];
  for (let seed = 2; seed < seeds; seed++) groups.push([seed]);
  return groups.flatMap((group) => Array.from({ length: points }, (_, point) => ({ point, seeds: group })));
}
