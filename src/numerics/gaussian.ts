const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const SQRT_2 = Math.SQRT2;
/** exp(-u^2/2) underflows from here on. */
const BEYOND = 39;
/** Below, moments come from a series about 0; from here on from series about knots, so many a unit, of so many terms. */
const KNOTS_FROM = 1;
const PER_UNIT = 8;
const TERMS = 11;

/**
 * The tail as it is tabulated: R_n(u) = int_0^inf t^n/n! exp(-u t - t^2/2) dt, so that p R_0, p R_1 and 2 p R_2 are
 * `above`, `excess` and `excessSquared` of {@link TruncatedGaussian}; R_0 is Mills' ratio. About a knot,
 * R_2(u + h) = sum_k (-h)^k (k + 1)(k + 2)/2 R_{k+2}(u): its coefficients, {@link TERMS} a knot.
 */
const KNOTS = (BEYOND - KNOTS_FROM) * PER_UNIT + 1;
const TAIL_SERIES = new Float64Array(KNOTS * TERMS);
/** 2 phi at the knots, whose squares are exact. */
const P_AT_KNOTS = new Float64Array(KNOTS);
for (let i = 0; i < KNOTS; i++) {
  const u = KNOTS_FROM + i / PER_UNIT;
  P_AT_KNOTS[i] = SQRT_2_OVER_PI * Math.exp(-0.5 * u * u);
  // R_{n-1}/R_n = u + (n + 1) R_{n+1}/R_n, a continued fraction whose remainder falls as exp(-2 u sqrt(n)).
  const depth = TERMS + 2 + Math.ceil((20 / u) ** 2);
  const shares = new Float64Array(TERMS + 2);
  let share = 0;
  for (let n = depth; n >= 0; n--) {
    share = 1 / (u + (n + 1) * share);
    if (n < shares.length) shares[n] = share;
  }
  let r = shares[0]! * shares[1]!;
  for (let k = 0; k < TERMS; k++) {
    r *= shares[k + 2]!;
    TAIL_SERIES[i * TERMS + k] = ((k % 2 === 0 ? 1 : -1) * (k + 1) * (k + 2) * r) / 2;
  }
}

/**
 * Moments of |G|, G ~ N(0, 1), about a threshold u >= 0:
 * `p` = 2 phi(u), `above` = P(|G| > u), `maxwell` = E G^2 1{|G| <= u} (the Maxwell distribution function),
 * `excess` = E (|G| - u)_+ and `excessSquared` = E (|G| - u)_+^2.
 */
export interface TruncatedGaussian {
  p: number;
  above: number;
  maxwell: number;
  excess: number;
  excessSquared: number;
}

export const newTruncatedGaussian = (): TruncatedGaussian => ({
  p: 0,
  above: 0,
  maxwell: 0,
  excess: 0,
  excessSquared: 0,
});

/**
 * Fills `out` at the threshold u >= 0, every entry to a relative 3e-15 (no differences of near-equal numbers) where it is
 * above 1e-300.
 */
export function truncatedGaussian(u: number, out: TruncatedGaussian): TruncatedGaussian {
  if (u < KNOTS_FROM) aboutTheCentre(u, out);
  else if (u < BEYOND) inTheTail(u, out);
  else {
    out.p = 0;
    out.above = 0;
    out.maxwell = 1;
    out.excess = 0;
    out.excessSquared = 0;
  }
  return out;
}

function aboutTheCentre(u: number, out: TruncatedGaussian): void {
  // P(|G| <= u) = p u (1 + u^2/3 + u^4/(3 5) + ...); without its first term the series is the Maxwell function.
  const square = u * u;
  const p = SQRT_2_OVER_PI * Math.exp(-0.5 * square);
  let term = square / 3;
  let sum = term;
  for (let odd = 5; term > 1e-17 * sum; odd += 2) {
    term *= square / odd;
    sum += term;
  }
  out.p = p;
  out.maxwell = p * u * sum;
  out.above = 1 - out.maxwell - p * u;
  out.excess = p - u * out.above;
  out.excessSquared = (1 + square) * out.above - u * p;
}

function inTheTail(u: number, out: TruncatedGaussian): void {
  const knot = Math.round(u * PER_UNIT);
  const at = knot / PER_UNIT;
  const h = u - at;
  // R_2 and its slope by Horner's scheme; R_1 = u R_2 - R_2' and R_0 = 2 R_2 + u R_1 are sums of positive numbers.
  const first = (knot - KNOTS_FROM * PER_UNIT) * TERMS;
  let r2 = 0;
  let slope = 0;
  for (let k = first + TERMS - 1; k >= first; k--) {
    slope = slope * h + r2;
    r2 = r2 * h + TAIL_SERIES[k]!;
  }
  const r1 = u * r2 - slope;
  // u^2/2 itself would be rounded by more than its exponential may be wrong.
  const p = P_AT_KNOTS[knot - KNOTS_FROM * PER_UNIT]! * Math.exp(-h * (at + 0.5 * h));
  out.p = p;
  out.excessSquared = 2 * p * r2;
  out.excess = p * r1;
  out.above = p * (2 * r2 + u * r1);
  out.maxwell = 1 - out.above - u * p;
}

/** The error function, to double precision. */
export function erf(x: number): number {
  const u = SQRT_2 * Math.abs(x);
  const magnitude = fractionWithin(truncatedGaussian(u, newTruncatedGaussian()), u);
  return x < 0 ? -magnitude : magnitude;
}

/** P(|G| <= u) = erf(u / sqrt 2), accurate for small u, from the moments at u. */
export const fractionWithin = ({ p, maxwell }: TruncatedGaussian, u: number): number =>
  p === 0 ? 1 : maxwell + u * p;

/** P(G <= x) for G ~ N(0, 1), accurate in both tails. */
export function normalCdf(x: number): number {
  const half = 0.5 * truncatedGaussian(Math.abs(x), newTruncatedGaussian()).above;
  return x < 0 ? half : 1 - half;
}

/** The density of N(0, 1). */
export const normalDensity = (x: number): number => 0.5 * SQRT_2_OVER_PI * Math.exp(-0.5 * x * x);
