import { newTruncatedGaussian, normalDensity, truncatedGaussian } from '../../numerics/gaussian.ts';
import { gaussLegendre } from '../../numerics/quadrature.ts';
import { fastOddCdf } from '../channels/normalTable.ts';
import type { SignalLaw } from './signal.ts';

/**
 * Averages over the coordinates a of the gradient's linear part. Each is what a penalty leaves of Y = slope b + sqrt(variance) G,
 * b of the signal's law at rho = 1:
 *
 *     Y = a + psi,   psi = threshold (2 Phi(a/smoothing) - 1),
 *
 * the soft threshold of Y for smoothing 0.
 */
export interface Shrinkage {
  /** E da/dY */
  kept: number;
  /** E dpsi/dY = 1 - E da/dY */
  lost: number;
  /** E psi^2 */
  pull: number;
  /** E b psi */
  signalPull: number;
  /** E b a */
  signalKept: number;
  /** E 2 phi(a/smoothing); 0 for smoothing 0 */
  peak: number;
  /** E |a + smoothing G|, the attack's own norm of the gradient */
  norm: number;
  /** E a^2 */
  square: number;
}

export const newShrinkage = (): Shrinkage => ({
  kept: 0,
  lost: 0,
  pull: 0,
  signalPull: 0,
  signalKept: 0,
  peak: 0,
  norm: 0,
  square: 0,
});

const { nodes, weights } = gaussLegendre(12);
/** Beyond +-END the curve is straight, and of a Gaussian nothing is left beyond as many deviations: phi(8.6) is 3e-17. */
const END = 8.6;
/** The longest panel, in units of the smoothing and in deviations of Y. */
const LONGEST = 2.2;

/** Fills `out`; panels of Gauss-Legendre in a/smoothing, along which Y is explicit, between straight ends in closed form. */
export function shrinkage(
  signal: SignalLaw,
  slope: number,
  variance: number,
  threshold: number,
  smoothing: number,
  out: Shrinkage,
): Shrinkage {
  out.kept = 0;
  out.lost = 0;
  out.pull = 0;
  out.signalPull = 0;
  out.signalKept = 0;
  out.peak = 0;
  out.norm = 0;
  out.square = 0;
  for (const part of signal) {
    const mean = slope * part.shift;
    const deviation = Math.sqrt(variance + slope * slope * part.variance);
    one.kept = 0;
    one.lost = 0;
    one.pull = 0;
    one.peak = 0;
    one.norm = 0;
    one.square = 0;
    one.mean = 0;
    one.left = 0;
    if (smoothing === 0) hard(mean, deviation, threshold);
    else smooth(mean, deviation, threshold, smoothing);
    const { weight } = part;
    out.kept += weight * one.kept;
    out.lost += weight * one.lost;
    out.pull += weight * one.pull;
    out.peak += weight * one.peak;
    out.norm += weight * one.norm;
    out.square += weight * one.square;
    // Stein's identity for the Gaussian part of b.
    out.signalPull += weight * (part.shift * one.mean + slope * part.variance * one.lost);
    out.signalKept += weight * (part.shift * one.left + slope * part.variance * one.kept);
  }
  return out;
}

/** The averages of one Gaussian part of Y; `mean` is E psi, `left` E a. */
const one = { kept: 0, lost: 0, pull: 0, peak: 0, norm: 0, square: 0, mean: 0, left: 0 };

function hard(mean: number, s: number, threshold: number): void {
  if (mean === 0) {
    const u = threshold / s;
    const { p, above, maxwell, excess, excessSquared } = truncatedGaussian(u, gauss);
    one.kept = above;
    one.lost = p === 0 ? 1 : maxwell + u * p;
    one.pull = s * s * maxwell + (above === 0 ? 0 : threshold * threshold * above);
    one.norm = s * excess;
    one.square = s * s * excessSquared;
    return;
  }
  // Below the threshold psi = Y: its mass and moments there.
  const [low, high] = [(-threshold - mean) / s, (threshold - mean) / s];
  const [atLow, atHigh] = [normalDensity(low), normalDensity(high)];
  const within = 0.5 * (fastOddCdf(high) - fastOddCdf(low));
  const first = mean * within + s * (atLow - atHigh);
  one.lost = within;
  one.mean = first;
  one.pull = Math.max(
    0,
    mean * first + s * (mean * (atLow - atHigh) + s * (within + low * atLow - high * atHigh)),
  );
  for (const sign of [1, -1]) {
    const { above, excess, excessSquared } = upper(sign > 0 ? high : -low);
    one.kept += above;
    one.norm += s * excess;
    one.square += s * s * excessSquared;
    one.pull += threshold * threshold * above;
    one.mean += sign * threshold * above;
    one.left += sign * s * excess;
  }
}

function smooth(mean: number, s: number, threshold: number, smoothing: number): void {
  const reach = END * s;
  // A centred part is even in r.
  const centred = mean === 0;
  const highest = mean + reach;
  let r = centred ? 0 : lowest(mean - reach, s, threshold, smoothing);
  const times = centred ? 2 : 1;
  const steepest = smoothing + 2 * threshold * normalDensity(0);
  let y = smoothing * r + threshold * fastOddCdf(r);
  while (r < END && y < highest) {
    // The curve is steepest at 0.
    const slope = smoothing + 2 * threshold * normalDensity(r);
    let length = Math.min(LONGEST, (LONGEST * s) / slope, END - r);
    if (r < 0) {
      const after = r + length;
      const steep = after > 0 ? steepest : smoothing + 2 * threshold * normalDensity(after);
      length = Math.min(length, (LONGEST * s) / steep);
      // Rounding must not stop the march.
      length = Math.max(length, 1e-13);
    }
    const half = 0.5 * length;
    for (let i = 0; i < nodes.length; i++) {
      const at = r + half * (1 + nodes[i]!);
      const odd = fastOddCdf(at);
      const twicePhi = 2 * normalDensity(at);
      const psi = threshold * odd;
      const a = smoothing * at;
      const x = (a + psi - mean) / s;
      const share = (times * half * weights[i]! * normalDensity(x)) / s;
      const bend = threshold * twicePhi;
      const mass = share * (smoothing + bend);
      one.kept += share * smoothing;
      one.lost += share * bend;
      one.pull += mass * psi * psi;
      one.peak += mass * twicePhi;
      one.norm += mass * (smoothing * twicePhi + a * odd);
      one.square += mass * a * a;
      one.mean += mass * psi;
      one.left += mass * a;
    }
    r += length;
    y = smoothing * r + threshold * fastOddCdf(r);
  }
  if (centred) {
    one.mean = 0;
    one.left = 0;
  }
  const corner = smoothing * END + threshold;
  if (corner < highest) tail(corner, mean, s, threshold, smoothing, times);
  if (!centred && -corner > mean - reach) tail(corner, -mean, s, threshold, smoothing, -1);
}

/** What lies beyond the corner, where psi = threshold; `sign` -1 for the other side, 2 for both. */
function tail(
  corner: number,
  mean: number,
  s: number,
  threshold: number,
  smoothing: number,
  sign: number,
): void {
  const { above, excess, excessSquared } = upper((corner - mean) / s);
  const times = Math.abs(sign);
  const start = smoothing * END;
  const first = s * excess + start * above;
  one.kept += times * above;
  one.norm += times * first;
  one.square += times * (s * s * excessSquared + start * (2 * s * excess + start * above));
  one.pull += times * threshold * threshold * above;
  if (times === 1) {
    one.mean += sign * threshold * above;
    one.left += sign * first;
  }
}

/** An r at most a deviation below that at which the curve takes the value y, but not below -END. */
function lowest(y: number, s: number, threshold: number, smoothing: number): number {
  const curve = (r: number): number => smoothing * r + threshold * fastOddCdf(r);
  let [low, high] = [-END, END];
  let [atLow, atHigh] = [curve(low), curve(high)];
  while (y > atLow && atHigh - atLow > s && high - low > 1e-15) {
    const middle = 0.5 * (low + high);
    const atMiddle = curve(middle);
    if (atMiddle < y) [low, atLow] = [middle, atMiddle];
    else [high, atHigh] = [middle, atMiddle];
  }
  return low;
}

const gauss = newTruncatedGaussian();
const oneSided = { above: 0, excess: 0, excessSquared: 0 };

/** P(G > h), E (G - h)_+ and E (G - h)_+^2, at any sign of h. */
function upper(h: number): typeof oneSided {
  const { above, excess, excessSquared } = truncatedGaussian(Math.abs(h), gauss);
  oneSided.above = h > 0 ? 0.5 * above : 1 - 0.5 * above;
  oneSided.excess = h > 0 ? 0.5 * excess : 0.5 * excess - h;
  oneSided.excessSquared = h > 0 ? 0.5 * excessSquared : 1 + h * h - 0.5 * excessSquared;
  return oneSided;
}
