import { normalDensity } from '../../numerics/gaussian.ts';
import type { OrderedLaw } from '../channelEquations.ts';
import type { ReadOut } from '../readOuts/readOut.ts';
import { newPartialMoments, type PartialMoments } from './averages.ts';
import type { GaussianPart } from './gaussianMixtures.ts';
import { fastNormalCdf } from './normalTable.ts';
import type { PartialLaw } from './pieces.ts';
import { owenT } from './skewNormal.ts';
import { isSteep, steepMoments } from './steepMoments.ts';

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const steep = newPartialMoments();

/** Who draws the labels: y = sign(u + xi), u = <x, beta>, turned over with probability flip. */
export interface Teacher {
  /** E u^2 */
  readonly signal: number;
  /** the law of xi as Gaussians about 0 */
  readonly latent: readonly GaussianPart[];
  /** in [0, 1/2] */
  readonly flip: number;
}

/**
 * The law of the margin v = y omega of a fresh row, omega ~ N(0, scale^2): a skew-normal density for every part of the
 * teacher's noise, 2 phi(x) [p + (1 - 2p) Phi(a x)]/scale at v = scale x, mixed. Its order parameters are the alignment
 * m/sqrt(Q E u^2 - m^2) of the output with u, m = E f u and Q = E f^2 (left out where it is 0: of random labels, p = 1/2), and
 * the scale sqrt Q.
 */
export class MarginLaw implements PartialLaw, OrderedLaw {
  readonly parameters: 1 | 2;
  readonly teacher: Teacher;
  /** sqrt Q */
  scale = 1;
  /** m/sqrt Q */
  along = 0;
  /** the slopes a of the parts, increasing with how well the output knows the label */
  readonly slopes: Float64Array;
  readonly weights: Float64Array;
  /** sqrt(2/pi) (1 - 2p) times weight over the deviation of u + xi */
  private readonly pulls: Float64Array;
  /** the same times sqrt(1 + a^2) */
  private readonly heights: Float64Array;
  /** 1 - 2p */
  readonly trust: number;

  constructor(teacher: Teacher) {
    this.teacher = teacher;
    this.trust = 1 - 2 * teacher.flip;
    this.parameters = this.trust > 0 ? 2 : 1;
    this.weights = Float64Array.from(teacher.latent, ({ weight }) => weight);
    this.pulls = Float64Array.from(
      teacher.latent,
      ({ weight, variance }) => (SQRT_2_OVER_PI * this.trust * weight) / Math.sqrt(teacher.signal + variance),
    );
    this.slopes = new Float64Array(teacher.latent.length);
    this.heights = new Float64Array(teacher.latent.length);
  }

  setLogarithms(x: Float64Array): void {
    if (this.parameters === 2) this.set(Math.exp(x[1]!), Math.exp(x[0]!));
    else this.set(Math.exp(x[0]!), 0);
  }

  logarithmsOf({ overlap, across, outputVariance }: ReadOut, out: Float64Array): void {
    if (this.parameters === 2) out[0] = Math.log(overlap) - 0.5 * Math.log(across);
    out[this.parameters - 1] = 0.5 * Math.log(outputVariance);
  }

  /** @param alignment the tangent of the angle between output and u */
  set(scale: number, alignment: number): this {
    const { signal, latent } = this.teacher;
    this.scale = scale;
    const cosine = 1 / Math.sqrt(1 + alignment * alignment);
    const along = Math.sqrt(signal) * alignment * cosine;
    this.along = along;
    const across = signal * cosine * cosine; // E u^2 - m^2/Q
    for (let k = 0; k < latent.length; k++) {
      const a = along / Math.sqrt(across + latent[k]!.variance);
      this.slopes[k] = a;
      this.heights[k] = this.pulls[k]! * Math.sqrt(1 + a * a);
    }
    return this;
  }

  /** The largest slope. */
  get steepest(): number {
    let steepest = 0;
    for (const a of this.slopes) steepest = Math.max(steepest, a);
    return steepest;
  }

  /** P(y = 1 | omega = scale x) */
  agreement(x: number): number {
    if (this.slopes.length === 1) return this.teacher.flip + this.trust * fastNormalCdf(this.slopes[0]! * x);
    let sum = 0;
    for (let k = 0; k < this.slopes.length; k++) sum += this.weights[k]! * fastNormalCdf(this.slopes[k]! * x);
    return this.teacher.flip + this.trust * sum;
  }

  /** What stands beside phi(x) in 2 E P' f(v), P' the derivative of the agreement in the mean of u. */
  pull(x: number): number {
    let sum = 0;
    for (let k = 0; k < this.slopes.length; k++) {
      const a = this.slopes[k]!;
      sum += this.heights[k]! * Math.exp(-0.5 * a * a * x * x);
    }
    return sum;
  }

  /** 2 E P' f(v) for an f whose mean under N(0, s^2) is given for any s. */
  pulled(mean: (deviation: number) => number): number {
    let sum = 0;
    for (let k = 0; k < this.slopes.length; k++)
      sum += this.pulls[k]! * mean(this.scale / Math.sqrt(1 + this.slopes[k]! ** 2));
    return sum;
  }

  density(at: number): number {
    const x = at / this.scale;
    return (2 * normalDensity(x) * this.agreement(x)) / this.scale;
  }

  get narrowest(): number {
    return this.scale / Math.max(1, this.steepest);
  }

  below(end: number, out: PartialMoments): PartialMoments {
    const { scale, trust } = this;
    const { flip } = this.teacher;
    const h = end / scale;
    let [mass, first, second] = [0, 0, 0];
    if (h === Infinity) {
      mass = 1;
      second = 1;
      for (let k = 0; k < this.slopes.length; k++) {
        const a = this.slopes[k]!;
        first += (trust * this.weights[k]! * SQRT_2_OVER_PI * a) / Math.sqrt(1 + a * a);
      }
    } else if (h > Number.NEGATIVE_INFINITY) {
      const cdf = fastNormalCdf(h);
      const phi = normalDensity(h);
      mass = 2 * flip * cdf;
      first = -2 * flip * phi;
      second = 2 * flip * (cdf - h * phi);
      for (let k = 0; k < this.slopes.length; k++) {
        const a = this.slopes[k]!;
        const weight = trust * this.weights[k]!;
        if (isSteep(h, a)) {
          steepMoments(h, a, steep);
          mass += weight * steep.mass;
          first += weight * steep.first;
          second += weight * steep.second;
          continue;
        }
        const grown = 1 / Math.sqrt(1 + a * a);
        const skew = 2 * phi * fastNormalCdf(a * h);
        const skewMass = Math.max(0, cdf - 2 * owenT(h, a));
        mass += weight * skewMass;
        first += weight * (SQRT_2_OVER_PI * a * grown * fastNormalCdf(h / grown) - skew);
        // int x phi(x) phi(a x) below h
        const tail = -2 * a * phi * normalDensity(a * h) * grown * grown;
        second += weight * (skewMass - h * skew + tail);
      }
    }
    out.mass = mass;
    out.first = scale * first;
    out.second = scale * scale * second;
    return out;
  }
}

/** A centred Gaussian, cut below a point. */
export class CutGaussian implements PartialLaw {
  deviation = 1;

  density(at: number): number {
    return normalDensity(at / this.deviation) / this.deviation;
  }

  get narrowest(): number {
    return this.deviation;
  }

  below(end: number, out: PartialMoments): PartialMoments {
    const s = this.deviation;
    const h = end / s;
    const cdf = fastNormalCdf(h);
    const density = Math.abs(h) < Infinity ? normalDensity(h) : 0;
    out.mass = cdf;
    out.first = -s * density;
    out.second = s * s * (cdf - (density === 0 ? 0 : h * density));
    return out;
  }
}
