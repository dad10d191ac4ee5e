import { checkNonNegative, checkPositive, InvalidArgumentError } from '../errors.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { goldenSection } from './minimise.ts';
import { checkSearch, type Optimum, type SearchOptions, widthOf } from './optimum.ts';
import { refuseClassification } from './riskOptions.ts';
import { type PartialRiskOptions, tracer } from './tracer.ts';

/** Where the path begins, in shares of eps and lambda: the peak is high there, and at psi1 = psi2 but for 1 part in 1,000. */
const firstShare = (eps: number, lambda: number): number => 1e-4 / Math.max(1, eps, 100 * lambda);
/** The most by which eps and lambda grow in one step, and the least, at which the maximum is taken to have ended. */
const LONGEST = 3;
const SHORTEST = 1 + 1e-4;
/** How far in log psi1 the maximum may lie from where it is expected, and from where it was: further away lies another. */
const REACH = 0.1;
const FURTHEST = 0.3;
/** Distance in log psi1 of the points of a parabola. A maximum and a minimum closer than this are taken to have met. */
const STRIDE = 2e-3;

/**
 * The interpolation peak of a risk over the width: the maximum which, as eps and lambda fall to 0 in proportion, goes to
 * psi1 = n/d and to infinity, where unregularised features begin to interpolate. It is followed from there, since risks
 * have other maxima over the width. Undefined when it has ended on the way, in the minimum beside it, or leaves the range
 * [from, to] (default [psi2/1000, 1000 psi2]), and for a parameter that does not decide when features interpolate.
 * @throws InvalidArgumentError for options unknown or out of range, or a map without a width
 */
export function interpolationPeak(
  map: FeatureMap,
  options: PartialRiskOptions,
  search: SearchOptions = {},
): Optimum | undefined {
  checkSearch('interpolationPeak', search);
  refuseClassification('interpolationPeak', options);
  const psi2 = checkPositive('psi2', options.psi2);
  const eps = checkNonNegative('eps', options.eps);
  const { lambda = 0 } = options;
  const parameter = widthOf(map, search);
  const { from = psi2 / 1000, to = psi2 * 1000, measure = 'adversarialRisk' } = search;
  if (!(checkPositive('from', from) < checkPositive('to', to)))
    throw new InvalidArgumentError('to', to, `more than from, ${from}`);
  const path = tracer(map, options, [parameter, 'eps', 'lambda']);
  const atSquare = path.visit([psi2, 0, 0]);
  if (!decidesInterpolation(map, parameter, psi2)) return undefined;
  if (eps === 0 && lambda === 0) return { at: psi2, risk: atSquare, where: 'inside' };

  const along = (share: number) => (x: number) =>
    path.visit([Math.exp(x), share * eps, share * lambda])[measure];
  const maximumAt = (share: number, from: number) => summit(along(share), from);
  const near = follow(maximumAt, firstShare(eps, lambda), Math.log(psi2));
  if (near === undefined) return undefined;
  const x = goldenSection((at) => -along(1)(at), near - STRIDE, near + STRIDE);
  const at = Math.exp(x);
  if (at < from || at > to) return undefined;
  return { at, risk: path.visit([at, eps, lambda]), where: 'inside' };
}

/** Whether rank F crosses n/d where the parameter does. */
function decidesInterpolation(map: FeatureMap, parameter: string, psi2: number): boolean {
  const rankAt = (width: number): number => map.with({ [parameter]: width }).rank;
  return rankAt(0.99 * psi2) < psi2 && rankAt(1.01 * psi2) > psi2;
}

/** Follows a maximum from the first share to 1, by steps that shorten until each ends near where it was expected. */
function follow(
  maximumAt: (share: number, near: number) => number | undefined,
  first: number,
  start: number,
): number | undefined {
  let share = first;
  let x = maximumAt(share, start);
  let slope = 0;
  let growth = LONGEST;
  while (x !== undefined && share < 1) {
    const next = Math.min(1, share * growth);
    const found = maximumAt(next, x + slope * Math.log(next / share));
    if (found === undefined || Math.abs(found - x) > FURTHEST) {
      growth = Math.sqrt(growth);
      if (growth < SHORTEST) return undefined;
      continue;
    }
    slope = (found - x) / Math.log(next / share);
    [x, share, growth] = [found, next, Math.min(LONGEST, growth * growth)];
  }
  return x;
}

/**
 * The maximum of f near `near`, by parabolas through three points, to within half a stride; undefined when there is none
 * within REACH, or f bends upwards on the way to it.
 */
function summit(f: (x: number) => number, near: number): number | undefined {
  let x = near;
  for (let parabola = 0; parabola < 5; parabola++) {
    const [left, middle, right] = [f(x - STRIDE), f(x), f(x + STRIDE)];
    const bend = left - 2 * middle + right;
    if (!(bend < 0)) return undefined;
    const inside = middle > left && middle > right;
    x += (0.5 * STRIDE * (left - right)) / bend;
    if (Math.abs(x - near) > REACH) return undefined;
    if (inside) return x;
  }
  return undefined;
}
