import { normalDensity } from '../../numerics/gaussian.ts';
import type { OrderedLaw } from '../channelEquations.ts';
import type { ReadOut } from '../readOuts/readOut.ts';
import type { PartialMoments } from './averages.ts';
import type { GaussianPart } from './gaussianMixtures.ts';
import { fastNormalCdf } from './normalTable.ts';
import type { PartialLaw } from './pieces.ts';

/**
 * The law of the residual z = s G + xi of a fresh row: a Gaussian for every part of the noise xi. Its order parameter is s,
 * s^2 = E (f - u)^2, u = <x, beta>.
 */
export class ResidualLaw implements PartialLaw, OrderedLaw {
  readonly parameters = 1;
  readonly noise: readonly GaussianPart[];
  /** s^2, what the model misses of the signal */
  missed: number;

  constructor(noise: readonly GaussianPart[], missed = 1) {
    this.noise = noise;
    this.missed = missed;
  }

  setLogarithms(x: Float64Array): void {
    this.missed = Math.exp(2 * x[0]!);
  }

  logarithmsOf({ missed }: ReadOut, out: Float64Array): void {
    out[0] = 0.5 * Math.log(missed);
  }

  below(end: number, out: PartialMoments): PartialMoments {
    let [mass, first, second] = [0, 0, 0];
    for (const { weight, shift, variance } of this.noise) {
      const square = this.missed + variance;
      const s = Math.sqrt(square);
      const h = (end - shift) / s;
      const cdf = fastNormalCdf(h);
      const density = Math.abs(h) < Infinity ? s * normalDensity(h) : 0;
      mass += weight * cdf;
      first += weight * (shift * cdf - density);
      second += weight * ((shift * shift + square) * cdf - (density === 0 ? 0 : density * (end + shift)));
    }
    out.mass = mass;
    out.first = first;
    out.second = second;
    return out;
  }

  density(at: number): number {
    let sum = 0;
    for (const { weight, shift, variance } of this.noise) {
      const s = Math.sqrt(this.missed + variance);
      sum += (weight * normalDensity((at - shift) / s)) / s;
    }
    return sum;
  }

  get narrowest(): number {
    let least = Infinity;
    for (const { variance } of this.noise) least = Math.min(least, variance);
    return Math.sqrt(this.missed + least);
  }

  /** E |z| */
  get absolute(): number {
    let sum = 0;
    for (const { weight, shift, variance } of this.noise) {
      const s = Math.sqrt(this.missed + variance);
      const h = shift / s;
      sum +=
        weight * (s === 0 ? Math.abs(shift) : shift * (2 * fastNormalCdf(h) - 1) + 2 * s * normalDensity(h));
    }
    return sum;
  }
}
