import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { newShrinkage, type Shrinkage, shrinkage } from './shrinkage.ts';
import type { SignalLaw } from './signal.ts';

/** What a channel hands to the features: the letters of `Averages`, and zt = eps E dl/dc. */
export interface Drive {
  readonly eta: number;
  readonly mu: number;
  readonly chi: number;
  readonly attack: number;
}

/** The numbers of a problem that the features meet. */
export interface CoordinateProblem {
  /** n/d */
  readonly psi2: number;
  /** ridge penalty (lambda/2)|theta|^2 */
  readonly lambda: number;
  /** |beta| */
  readonly rho: number;
  /** the law of the signal's coordinates at rho = 1 */
  readonly signal: SignalLaw;
}

/**
 * The read-out of random features trained against linf: the minimiser of
 *
 *     eta/2 theta' F theta - (mu C beta + sqrt(chi/n) F^(1/2) g)' theta + zt q(theta) + lambda/2 |theta|^2,
 *     q(theta) = (1/d) sum_j E |a_j + nu |theta| G|,   a = sqrt(d) mu1 W' theta,
 *
 * whose coordinates a_j decouple: in terms of t = |theta|^2 and of x, the curvature at which a follows W' theta,
 *
 *     K = eta + x,   a = the minimiser of K (a - Y)^2/2 + zt E |a + nu sqrt(t) G|,
 *     Y = (x mu1 sqrt(t) g + mu b + sqrt(chi/psi2) h)/K,   g, h standard Gaussian, b of the signal's law.
 *
 * With D = E da/dY and T = E (a - mu1 sqrt(t) g)^2 stationarity in x and t reads
 *
 *     eta muStar^2 + lambda + zt nu E 2 phi(a/(nu sqrt t))/sqrt t = mu1^2 x (psi1 - 1 + x D/K)
 *     t = (mu1^2 x^2 T + chi muStar^2/psi2)/(mu1^4 psi1 x^2).
 *
 * At psi1 = Infinity x = lambda/mu1^2 is given, and so is t.
 */
export class CoordinateEquations {
  readonly model: CoordinateModel;
  readonly problem: CoordinateProblem;
  /** whether t and x are unknowns */
  readonly finite: boolean;
  /** n/d; of the problem, unless it is changed */
  psi2: number;
  readonly averages: Shrinkage = newShrinkage();
  /** What the equations make of t and x. */
  normSquared = 0;
  curvature = 0;
  /** V, E f u, E f^2 */
  susceptibility = 0;
  overlap = 0;
  outputVariance = 0;
  /** E (f - u)^2, where mu = eta */
  missed = 0;
  /** E f^2 - (E f u)^2/rho^2, what the output holds besides the signal */
  besides = 0;
  /** q, and the l2 norm of the gradient squared */
  gradientNorm = 0;
  gradientSquared = 0;

  constructor(model: CoordinateModel, problem: CoordinateProblem) {
    this.model = model;
    this.problem = problem;
    this.psi2 = problem.psi2;
    this.finite = model.psi1 < Infinity;
  }

  /** Evaluates everything at t and x, which do not matter at psi1 = Infinity. */
  at({ eta, mu, chi, attack }: Drive, t: number, x: number): this {
    const { psi1, mu1, muStarSquared, nuSquared } = this.model;
    const { lambda, rho, signal } = this.problem;
    const { psi2 } = this;
    const linear = mu1 * mu1;
    const wide = !this.finite;
    const rate = wide ? lambda / linear : x;
    const K = eta + rate;
    const smoothing = wide ? 0 : Math.sqrt(nuSquared * t);
    const slope = mu / K;
    const own = wide ? 0 : (rate / K) ** 2 * linear * t;
    const noise = chi / (psi2 * K * K);
    const a = shrinkage(signal, slope * rho, own + noise, attack / K, smoothing, this.averages);
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
      this.besides = this.outputVariance - this.overlap ** 2 / energy;
    } else {
      this.overlap = slope * energy - signalPull;
      this.missed = outside * spread + apart * apart * energy + 2 * apart * signalPull + pull + nonlinear;
      this.besides = outside * spread + pull - (signalPull * signalPull) / energy + nonlinear;
    }
    this.gradientNorm = a.norm;
    this.gradientSquared = a.square + nuSquared * (wide ? 0 : t);
    const nonlinearTrace = muStarSquared === 0 ? 0 : muStarSquared / (wide ? lambda : linear * x);
    this.susceptibility = (D / K + nonlinearTrace) / psi2;
    if (wide) {
      const share = nonlinearTrace / lambda;
      this.normSquared = a.square / linear + (muStarSquared === 0 ? 0 : (share * chi) / psi2);
      return this;
    }
    const T =
      (linear * t * eta * (eta + 2 * x * lost)) / (K * K) +
      noise * spread +
      slope * (slope * energy - 2 * signalPull) +
      pull;
    this.normSquared = T / (linear * psi1) + (chi * muStarSquared) / (psi2 * psi1 * linear * linear * x * x);
    // The attack as if it bent the linear part evenly: x is then a Marchenko-Pastur transform, the positive root below.
    const bend = (eta + x * lost) / D;
    const shift =
      (eta * muStarSquared + lambda + (attack * Math.sqrt(nuSquared) * a.peak) / Math.sqrt(t)) / linear;
    const b = shift + bend * (1 - psi1);
    const root = Math.sqrt(b * b + 4 * psi1 * shift * bend);
    this.curvature = b > 0 ? (b + root) / (2 * psi1) : (2 * shift * bend) / (root - b);
    return this;
  }
}
