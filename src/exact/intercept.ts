import { dot } from '../numerics/vectors.ts';

/** Features n x N, row after row, and targets n. */
export interface Rows {
  readonly n: number;
  readonly N: number;
  readonly phi: Float64Array;
  readonly y: Float64Array;
}

/** The rows in which a problem is solved, and the way back from there. */
export interface Centring {
  readonly phi: Float64Array;
  readonly y: Float64Array;
  /** The intercept for the rows as they were given, from the solution for these: coefficients and what stands beside them. */
  interceptOf(theta: Float64Array, beside: number): number;
  /** What makes these rows of the given ones again. It keeps none of either. */
  readonly again: Recentring;
}

/** Takes known means off rows. */
export type Recentring = <R extends Pick<Rows, 'phi' | 'y'>>(rows: R) => R;

/**
 * Features and targets about their means over the rows where an intercept is to be fitted, the rows themselves where none is.
 *
 * An intercept that is not penalised makes every shift of features and targets immaterial. About the means Phi' 1 = 0: the
 * least-squares intercept is 0, and a dual point u can be given the sum 0, which the dual then asks for, without a change
 * of Phi' u. With the residuals' worst-case loss the intercept beside theta need not be 0, so that it remains an unknown.
 */
export function centring(fitIntercept: boolean, { n, N, phi, y }: Rows): Centring {
  if (!fitIntercept) return { phi, y, interceptOf: () => 0, again: (rows) => rows };
  const [features, targets] = [meansUnlessCentred(phi, n, N), meansUnlessCentred(y, n, 1)];
  const again = recentring(features, targets);
  return {
    ...again({ phi, y }),
    interceptOf: (theta, beside) =>
      (targets ? sumOf(targets)[0]! : 0) - (features ? dot(sumOf(features), theta) : 0) + beside,
    again,
  };
}

/** Means of columns, in two parts: the first row, and the means of what is left of the others. */
interface Means {
  readonly first: Float64Array;
  readonly rest: Float64Array;
}

/** Null for rows about their means. */
const meansUnlessCentred = (rows: Float64Array, n: number, columns: number): Means | null =>
  isCentred(rows, n, columns) ? null : meansOf(rows, n, columns);

const recentring =
  (features: Means | null, targets: Means | null): Recentring =>
  (rows) => ({
    ...rows,
    phi: features ? withoutMeans(rows.phi, features, new Float64Array(rows.phi.length)) : rows.phi,
    y: targets ? withoutMeans(rows.y, targets, new Float64Array(rows.y.length)) : rows.y,
  });

/** Whether the means are no more than what rounding leaves of centring. */
function isCentred(rows: Float64Array, n: number, columns: number): boolean {
  const [sums, most] = [new Float64Array(columns), new Float64Array(columns)];
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < columns; j++, at++) {
      sums[j]! += rows[at]!;
      most[j] = Math.max(most[j]!, Math.abs(rows[at]!));
    }
  return sums.every((sum, j) => Math.abs(sum) <= n * n * Number.EPSILON * most[j]!);
}

function meansOf(rows: Float64Array, n: number, columns: number): Means {
  const first = rows.slice(0, columns);
  const rest = new Float64Array(columns);
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < columns; j++, at++) rest[j]! += (rows[at]! - first[j]!) / n;
  return { first, rest };
}

const sumOf = ({ first, rest }: Means): Float64Array => first.map((value, j) => value + rest[j]!);

/** Part by part, so that a constant column is exactly 0 about its mean. */
function withoutMeans(rows: Float64Array, { first, rest }: Means, out: Float64Array): Float64Array {
  const columns = first.length;
  for (let at = 0; at < rows.length; )
    for (let j = 0; j < columns; j++, at++) out[at] = rows[at]! - first[j]! - rest[j]!;
  return out;
}

/**
 * Takes the means off n rows, in place.
 * @returns the means
 */
export function centre(rows: Float64Array, n: number, columns: number): Float64Array {
  const means = meansOf(rows, n, columns);
  withoutMeans(rows, means, rows);
  return sumOf(means);
}

/** Phi with a column of ones after its N columns, n x (N + 1). */
export function withOnes(phi: Float64Array, n: number, N: number): Float64Array {
  const design = new Float64Array(n * (N + 1)).fill(1);
  for (let i = 0; i < n; i++) design.set(phi.subarray(i * N, (i + 1) * N), i * (N + 1));
  return design;
}

/** u less its mean, in place: a dual point that an intercept allows. */
export function withSumZero(u: Float64Array): Float64Array {
  const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
  for (let i = 0; i < u.length; i++) u[i]! -= mean;
  return u;
}
