import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import type { GradientNorms } from '../linf/norms.ts';
import { newShrinkage, shrinkage } from '../linf/shrinkage.ts';
import type { SignalLaw } from '../linf/signal.ts';
import type { Drive, ReadOut, ReadOutProblem } from './readOut.ts';

/** The numbers of a problem that the read-out meets. */
export interface CoordinateProblem extends ReadOutProblem {
  /** the law of the signal's coordinates at rho = 1 */
  readonly signal: SignalLaw;
}

/**
 * The read-out of random features against linf, where
 *
 *     q(theta) = (1/d) sum_j E |a_j + nu |theta| G|,   a = sqrt(d) mu1 W' theta,
 *
 * whose coordinates a_j decouple: in terms of t = |theta|^2 and of x, the curvature at which a follows W' theta,
 *
 *     K = eta + x,   a = the minimiser of K (a - Y)^2/2 + pressure E |a + nu sqrt(t) G|,
 *     Y = (x mu1 sqrt(t) g + mu b + sqrt(chi/psi2) h)/K,   g, h standard Gaussian, b of the signal's law.
 *
 * With D = E da/dY and T = E (a - mu1 sqrt(t) g)^2 stationarity in x and t reads
 *
 *     eta muStar^2 + lambda + pressure nu E 2 phi(a/(nu sqrt t))/sqrt t = mu1^2 x (psi1 - 1 + x D/K)
 *     t = (mu1^2 x^2 T + chi muStar^2/psi2)/(mu1^4 psi1 x^2).
 *
 * At psi1 = Infinity x = lambda/mu1^2 is given, and so is t.
 */
export class CoordinateReadOut implements ReadOut {
  readonly model: CoordinateModel;
  /** t and x, where the width is finite */
  readonly unknowns: 0 | 2;
  psi2: number;
  susceptibility = 0;
  overlap = 0;
  outputVariance = 0;
  across = 0;
  missed = 0;
  gradientNorm = 0;
  /** What the equations make of t and x. */
  normSquared = 0;
  curvature = 0;
  /** the l2 norm of the gradient squared */
  private gradientSquared = 0;
  private readonly problem: CoordinateProblem;
  private readonly averages = newShrinkage();

  constructor(model: CoordinateModel, problem: CoordinateProblem) {
    this.model = model;
    this.problem = problem;
    this.psi2 = problem.psi2;
    this.unknowns = model.psi1 < Infinity ? 2 : 0;
  }

  get gradientNorms(): GradientNorms {
    return { l2: Math.sqrt(this.gradientSquared), linf: this.gradientNorm };
  }

  at(drive: Drive, pressure: number, _q: number, x: Float64Array, from: number): void {
    if (this.unknowns === 0) this.evaluate(drive, pressure, 0, 0);
    else this.evaluate(drive, pressure, Math.exp(x[from]!), Math.exp(x[from + 1]!));
  }

  images(out: Float64Array, from: number): void {
    if (this.unknowns === 0) return;
    out[from] = Math.log(this.normSquared);
    out[from + 1] = Math.log(this.curvature);
  }

  /** Evaluates everything at t and x, which do not matter at psi1 = Infinity. */
  evaluate({ eta, mu, chi }: Drive, pressure: number, t: number, x: number): void {
    const { psi1, mu1, muStarSquared, nuSquared } = this.model;
    const { lambda, rho, signal } = this.problem;
    const { psi2 } = this;
    const linear = mu1 * mu1;
    const wide = this.unknowns === 0;
    const rate = wide ? lambda / linear : x;
    const K = eta + rate;
    const smoothing = wide ? 0 : Math.sqrt(nuSquared * t);
    const slope = mu / K;
    const own = wide ? 0 : (rate / K) ** 2 * linear * t;
    const noise = chi / (psi2 * K * K);
    const a = shrinkage(signal, slope * rho, own + noise, pressure / K, smoothing, this.averages);
    const { kept: D, lost, pull } = a;
    const signalPull = rho * a.signalPull;
    const spread = 1 - 2 * lost;
    // After a weak attack variances are written in what it takes, lest they be differences of large numbers.
    const apart = (rate + (eta - mu)) / K;
    const outside = own + noise;
    const energy = rho * rho;
    const nonlinear = wide ? 0 : muStarSquared * t;
    this.outputVariance = a.square + nonlinear;
    if (a.square < pull) {
      // A strong attack leaves less than it takes: written in what it leaves.
      this.overlap = rho * a.signalKept;
      this.missed = energy - 2 * this.overlap + this.outputVariance;
      this.across = energy * this.outputVariance - this.overlap ** 2;
    } else {
      this.overlap = slope * energy - signalPull;
      this.missed = outside * spread + apart * apart * energy + 2 * apart * signalPull + pull + nonlinear;
      // What the output holds besides the signal.
      const besides = outside * spread + pull - (signalPull * signalPull) / energy + nonlinear;
      this.across = energy * Math.max(0, besides);
    }
    this.gradientNorm = a.norm;
    this.gradientSquared = a.square + nuSquared * (wide ? 0 : t);
    const nonlinearTrace = muStarSquared === 0 ? 0 : muStarSquared / (wide ? lambda : linear * x);
    this.susceptibility = (D / K + nonlinearTrace) / psi2;
    if (wide) {
      const share = nonlinearTrace / lambda;
      this.normSquared = a.square / linear + (muStarSquared === 0 ? 0 : (share * chi) / psi2);
      return;
    }
    const T =
      (linear * t * eta * (eta + 2 * x * lost)) / (K * K) +
      noise * spread +
      slope * (slope * energy - 2 * signalPull) +
      pull;
    this.normSquared = T / (linear * psi1) + (chi * muStarSquared) / (psi2 * psi1 * linear * linear * x * x);
    // The attack as if it bent the linear part evenly.
    const bend = (eta + x * lost) / D;
    const shift =
      (eta * muStarSquared + lambda + (pressure * Math.sqrt(nuSquared) * a.peak) / Math.sqrt(t)) / linear;
    this.curvature = evenCurvature(psi1, shift, bend);
  }
}

/**
 * x where nothing depends on the coordinate, a Marchenko-Pastur transform: the positive root of
 * psi1 x^2 = (shift + bend (1 - psi1)) x + shift bend.
 */
export function evenCurvature(psi1: number, shift: number, bend: number): number {
  const b = shift + bend * (1 - psi1);
  const root = Math.sqrt(b * b + 4 * psi1 * shift * bend);
  return b > 0 ? (b + root) / (2 * psi1) : (2 * shift * bend) / (root - b);
}
