import { normalDensity } from '../../numerics/gaussian.ts';
import type { PartialMoments } from './averages.ts';
import { fastNormalCdf } from './normalTable.ts';

/** From this slope on, and up to this end, the series below has all digits. */
const STEEP = 100;
const NEAR = 0.05;
const TERMS = 8;

/** Whether {@link steepMoments} knows the moments below h of a slope a. */
export const isSteep = (h: number, a: number): boolean => a >= STEEP && h >= 0 && h <= NEAR;

/**
 * Mass, first and second moment below h of the density 2 phi(x) Phi(a x), relative to their size, which is 1/a to 1/a^3: the
 * closed forms would be differences of numbers near 1. With t = a x, phi(t/a) is a series in t/a, and
 * int_{-inf}^T t^k Phi(t) dt = (T^{k+1} Phi(T) - M_{k+1})/(k + 1), M_k = int_{-inf}^T t^k phi(t) dt = -T^{k-1} phi(T) + (k - 1) M_{k-2}.
 */
export function steepMoments(h: number, a: number, out: PartialMoments): PartialMoments {
  const T = a * h;
  const [cdf, density] = [fastNormalCdf(T), normalDensity(T)];
  // M_k at odd and at even k, and T^k.
  let [odd, even, power] = [-density, cdf, 1];
  let [mass, first, second] = [0, 0, 0];
  // 2 phi(0) times the factors of (t/a)^{2 j} in exp(-(t/a)^2/2), over a.
  let factor = (2 * normalDensity(0)) / a;
  for (let j = 0; j < TERMS; j++) {
    const k = 2 * j;
    mass += (factor * (power * T * cdf - odd)) / (k + 1);
    even = -power * T * density + (k + 1) * even;
    first += (factor * (power * T * T * cdf - even)) / ((k + 2) * a);
    odd = -power * T * T * density + (k + 2) * odd;
    second += (factor * (power * T * T * T * cdf - odd)) / ((k + 3) * a * a);
    power *= T * T;
    factor *= -0.5 / ((j + 1) * a * a);
  }
  out.mass = mass;
  out.first = first;
  out.second = second;
  return out;
}
