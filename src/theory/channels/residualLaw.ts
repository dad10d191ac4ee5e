import { normalDensity } from '../../numerics/gaussian.ts';
import type { PartialMoments } from './averages.ts';
import type { GaussianPart } from './gaussianMixtures.ts';
import { fastNormalCdf } from './normalTable.ts';
import type { PartialLaw } from './pieces.ts';

/** The law of the residual z = s G + xi of a fresh row: a Gaussian for every part of the noise xi. */
export class ResidualLaw implements PartialLaw {
  readonly noise: readonly GaussianPart[];
  /** s^2, what the model misses of the signal */
  missed = 1;

  constructor(noise: readonly GaussianPart[]) {
    this.noise = noise;
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
      sum += weight * (shift * (2 * fastNormalCdf(h) - 1) + 2 * s * normalDensity(h));
    }
    return sum;
  }
}
