import { mappedNumbers } from '../../numerics/mappedNumbers.ts';

/**
 * The product of R_+^lp and `cones` second-order cones {(t, v): t >= |v|}, each of `size` coordinates, with the operations
 * that a primal-dual interior-point method needs (Nesterov & Todd 1997; notation of Vandenberghe's notes on coneqp).
 * A point is one array: the lp coordinates, then cone after cone.
 */
export interface ConeShape {
  readonly lp: number;
  readonly cones: number;
  readonly size: number;
}

export const coneLength = ({ lp, cones, size }: ConeShape): number => lp + cones * size;
/** Degree of the barrier: s'z / degree is the duality measure mu. */
export const coneDegree = ({ lp, cones }: ConeShape): number => lp + cones;

/**
 * The scaling W with W z = W^-1 s = lambda. On R_+ it is the number `weight`; on a second-order cone it is
 * beta (2 v v' - J), and W^2 = beta^2 (2 w w' - J) with w = `point` and v = (w + e) / (2 (w_0 + 1))^(1/2), e the unit element;
 * J = diag(1, -1, ..., -1).
 */
export interface Scaling {
  readonly weight: Float64Array;
  readonly beta: Float64Array;
  readonly point: Float64Array;
  readonly lambda: Float64Array;
}

export function newScaling(shape: ConeShape): Scaling {
  const { lp, cones, size } = shape;
  return {
    weight: new Float64Array(lp),
    beta: new Float64Array(cones),
    point: mappedNumbers(cones * size),
    lambda: mappedNumbers(coneLength(shape)),
  };
}

/** |v| of the cone coordinates from `at` on, and the margin t^2 - |v|^2 without the cancellation of the two squares. */
function determinant(x: Float64Array, at: number, size: number): number {
  const norm = tailNorm(x, at, size);
  return (x[at]! - norm) * (x[at]! + norm);
}

function tailNorm(x: Float64Array, at: number, size: number): number {
  let square = 0;
  for (let j = at + 1; j < at + size; j++) square += x[j]! * x[j]!;
  return Math.sqrt(square);
}

/** Computes the scaling of the interior points s and z; false when one of them is not interior. */
export function scalingOf(shape: ConeShape, s: Float64Array, z: Float64Array, out: Scaling): boolean {
  const { lp, cones, size } = shape;
  const { weight, beta, point, lambda } = out;
  for (let j = 0; j < lp; j++) {
    if (!(s[j]! > 0 && z[j]! > 0)) return false;
    weight[j] = Math.sqrt(s[j]! / z[j]!);
  }
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const own = g * size;
    const detS = determinant(s, at, size);
    const detZ = determinant(z, at, size);
    if (!(detS > 0 && detZ > 0 && s[at]! > 0 && z[at]! > 0)) return false;
    const rootS = Math.sqrt(detS);
    const rootZ = Math.sqrt(detZ);
    let inner = 0;
    for (let j = 0; j < size; j++) inner += s[at + j]! * z[at + j]!;
    const gamma = Math.sqrt((1 + inner / (rootS * rootZ)) / 2);
    beta[g] = Math.sqrt(rootS / rootZ);
    let square = 0;
    for (let j = 1; j < size; j++) {
      point[own + j] = (s[at + j]! / rootS - z[at + j]! / rootZ) / (2 * gamma);
      square += point[own + j]! ** 2;
    }
    point[own] = Math.sqrt(1 + square);
  }
  lambda.set(z);
  scale(shape, out, lambda);
  return true;
}

/** x -> W x, in place. */
export function scale(
  { lp, cones, size }: ConeShape,
  { weight, beta, point }: Scaling,
  x: Float64Array,
): void {
  for (let j = 0; j < lp; j++) x[j]! *= weight[j]!;
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const own = g * size;
    const head = point[own]! + 1;
    let inner = head * x[at]!;
    for (let j = 1; j < size; j++) inner += point[own + j]! * x[at + j]!;
    // 2 v v'x = (w + e) (w + e)'x / (w_0 + 1).
    inner /= head;
    x[at] = beta[g]! * (inner * head - x[at]!);
    for (let j = 1; j < size; j++) x[at + j] = beta[g]! * (inner * point[own + j]! + x[at + j]!);
  }
}

/** x -> W^-1 x, in place. */
export function unscale(
  { lp, cones, size }: ConeShape,
  { weight, beta, point }: Scaling,
  x: Float64Array,
): void {
  for (let j = 0; j < lp; j++) x[j]! /= weight[j]!;
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const own = g * size;
    const head = point[own]! + 1;
    let inner = head * x[at]!;
    for (let j = 1; j < size; j++) inner -= point[own + j]! * x[at + j]!;
    inner /= head;
    x[at] = (inner * head - x[at]!) / beta[g]!;
    for (let j = 1; j < size; j++) x[at + j] = (x[at + j]! - inner * point[own + j]!) / beta[g]!;
  }
}

/** a o b into `out`, which may be one of them: products on R_+, (a'b, a0 b1 + b0 a1) on a cone. */
export function jordanProduct(
  { lp, cones, size }: ConeShape,
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
): void {
  for (let j = 0; j < lp; j++) out[j] = a[j]! * b[j]!;
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const [headA, headB] = [a[at]!, b[at]!];
    let inner = 0;
    for (let j = 0; j < size; j++) inner += a[at + j]! * b[at + j]!;
    for (let j = 1; j < size; j++) out[at + j] = headA * b[at + j]! + headB * a[at + j]!;
    out[at] = inner;
  }
}

/** Solves a o x = b, in place of b, for a in the interior. */
export function jordanDivide({ lp, cones, size }: ConeShape, a: Float64Array, b: Float64Array): void {
  for (let j = 0; j < lp; j++) b[j]! /= a[j]!;
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    let inner = 0;
    for (let j = 1; j < size; j++) inner += a[at + j]! * b[at + j]!;
    const head = (a[at]! * b[at]! - inner) / determinant(a, at, size);
    b[at] = head;
    for (let j = 1; j < size; j++) b[at + j] = (b[at + j]! - head * a[at + j]!) / a[at]!;
  }
}

/** The unit element times `value` added to x: 1 on R_+, (1, 0) on a cone. */
export function addUnit({ lp, cones, size }: ConeShape, x: Float64Array, value: number): void {
  for (let j = 0; j < lp; j++) x[j]! += value;
  for (let g = 0; g < cones; g++) x[lp + g * size]! += value;
}

/**
 * v -> what to add to v so that its eigenvalues (v_j on R_+, t - |v| and t + |v| on a cone) lie in [low, high], in place; no
 * eigenvalue is lowered by more than `high`.
 */
export function clippingTerm(
  { lp, cones, size }: ConeShape,
  v: Float64Array,
  low: number,
  high: number,
): void {
  const term = (value: number): number =>
    value < low ? low - value : value > high ? Math.max(high - value, -high) : 0;
  for (let j = 0; j < lp; j++) v[j] = term(v[j]!);
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const norm = tailNorm(v, at, size);
    const [above, below] = [term(v[at]! + norm), term(v[at]! - norm)];
    v[at] = (above + below) / 2;
    const along = norm > 0 ? (above - below) / (2 * norm) : 0;
    for (let j = at + 1; j < at + size; j++) v[j]! *= along;
  }
}

/** The largest step t with x + t dx in the cone, x being interior; Infinity when there is none. */
export function largestStep({ lp, cones, size }: ConeShape, x: Float64Array, dx: Float64Array): number {
  let step = Number.POSITIVE_INFINITY;
  for (let j = 0; j < lp; j++) if (dx[j]! < 0) step = Math.min(step, -x[j]! / dx[j]!);
  for (let g = 0; g < cones; g++) {
    const at = lp + g * size;
    const c = determinant(x, at, size);
    const a = determinant(dx, at, size);
    let b = x[at]! * dx[at]!;
    for (let j = 1; j < size; j++) b -= x[at + j]! * dx[at + j]!;
    // The smallest positive root of c + 2 b t + a t^2, in the form without cancellation.
    const discriminant = b * b - a * c;
    if (discriminant < 0) continue;
    const denominator = Math.sqrt(discriminant) - b;
    if (denominator > 0) step = Math.min(step, c / denominator);
  }
  return step;
}

/** The tails v of n cones of size d + 1 that begin at `from`, n x d. */
export function tailsOf(points: Float64Array, from: number, n: number, d: number): Float64Array {
  const v = mappedNumbers(n * d);
  for (let i = 0; i < n; i++) {
    const at = from + i * (d + 1) + 1;
    v.set(points.subarray(at, at + d), i * d);
  }
  return v;
}
