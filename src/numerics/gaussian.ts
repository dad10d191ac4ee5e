const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const SQRT_2 = Math.SQRT2;
/** exp(-u^2/2) underflows from here on. */
const BEYOND = 39;

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

/** Fills `out` at the threshold u, every entry to full relative accuracy (no differences of near-equal numbers). */
export function truncatedGaussian(u: number, out: TruncatedGaussian): TruncatedGaussian {
  const p = u < BEYOND ? SQRT_2_OVER_PI * Math.exp(-0.5 * u * u) : 0;
  out.p = p;
  if (p === 0) {
    out.above = 0;
    out.maxwell = 1;
    out.excess = 0;
    out.excessSquared = 0;
  } else if (u < 3) {
    // P(|G| <= u) = p u (1 + u^2/3 + u^4/(3 5) + ...); without its first term the series is the Maxwell function.
    const square = u * u;
    let term = square / 3;
    let sum = term;
    for (let odd = 5; term > 1e-17 * sum; odd += 2) {
      term *= square / odd;
      sum += term;
    }
    out.maxwell = p * u * sum;
    out.above = 1 - out.maxwell - p * u;
    out.excess = p - u * out.above;
    out.excessSquared = (1 + square) * out.above - u * p;
  } else {
    // Mills' ratio as 1/(u + a), a = 1/(u + b), b = 2/(u + 3/(u + ...)): 24 terms are exact to 1e-16 from u = 3.
    let tail = u;
    for (let j = 24; j >= 3; j--) tail = u + j / tail;
    const b = 2 / tail;
    const a = 1 / (u + b);
    const mills = 1 / (u + a);
    out.above = p * mills;
    out.maxwell = 1 - out.above - u * p;
    out.excess = p * a * mills;
    out.excessSquared = p * a * b * mills;
  }
  return out;
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
