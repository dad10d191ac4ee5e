import { newTruncatedGaussian, truncatedGaussian } from '../numerics/gaussian.ts';
import type { FeatureMap, ResolventMoments } from './featureMaps/featureMap.ts';

/** The scalars of the training problem; the feature map carries the rest. */
export interface Problem {
  /** n/d */
  readonly psi2: number;
  /** l2 training radius */
  readonly eps: number;
  /** ridge penalty (lambda/2)|theta|^2 */
  readonly lambda: number;
  /** what no linear function of x explains: tau^2 and any nonlinear part of the target */
  readonly noise: number;
  /** |beta| */
  readonly rho: number;
}

const UNSET: ResolventMoments = {
  traceF: 0,
  traceFF: 0,
  traceFJ: 0,
  traceFI: 0,
  signal: 0,
  signalF: 0,
  signalJ: 0,
  signalI: 0,
  bias: 0,
};

/**
 * The three saddle-point equations for s = sqrt(standard risk), q = gradient norm and V = (1/n) tr F A^-1, written in
 * kappa = 1/V and the scaled threshold u = eps q / (kappa s): residuals with |G| <= u are fitted exactly. In these two
 * variables eta, zeta and t/s are explicit, so that s and q follow by substitution and two equations are left,
 * V kappa = 1 and eps q = kappa u s.
 *
 * eta, zeta, lambda and A are kept divided by kappa (the moments are homogeneous): the limit kappa -> 0 of
 * interpolating features is then an ordinary point.
 */
export class SaddleEquations {
  readonly map: FeatureMap;
  readonly problem: Problem;
  moments: ResolventMoments = UNSET;
  readonly gauss = newTruncatedGaussian();
  u = 0;
  kappa = 0;
  /** eta/kappa, zeta/kappa, lambda/kappa */
  eta = 0;
  zeta = 0;
  lambda = 0;
  /** (t/s)^2, so that b^2 = kappa^2 s^2 spread */
  spread = 0;
  /** V kappa */
  trace = 0;
  /** s^2 and q^2 */
  risk = 0;
  gradientSquared = 0;

  constructor(map: FeatureMap, problem: Problem) {
    this.map = map;
    this.problem = problem;
  }

  /** Evaluates everything at (u, kappa); `lambda` is lambda/kappa. */
  at(u: number, kappa: number, lambda = this.problem.lambda / kappa): this {
    const { psi2, eps, noise, rho } = this.problem;
    const { p, above, maxwell, excess, excessSquared } = truncatedGaussian(u, this.gauss);
    const grown = 1 + kappa;
    this.u = u;
    this.kappa = kappa;
    this.eta = maxwell + (1 - maxwell + kappa * u * p) / grown;
    this.zeta = eps === 0 ? 0 : (eps * eps * (p / (grown * u) + (kappa * above) / grown + 1 - above)) / kappa;
    this.lambda = lambda;
    // E (z - r)^2 / s^2 over residuals that are not fitted (z - r = (|G| + kappa u)/(1 + kappa)) and those that are.
    const spread = (1 - maxwell + kappa * u * (2 * p + kappa * u * above)) / (grown * grown) + maxwell;
    this.spread = spread;

    const m = this.map.moments(this.eta, this.zeta, lambda);
    this.moments = m;
    this.trace = m.traceF / psi2;
    // 1 - spread K_FF, rearranged by V kappa = 1 into positive terms.
    const gain =
      ((kappa * (above + kappa * u * excess)) / (grown * grown) +
        (spread * (this.zeta * m.traceFJ + (lambda === 0 ? 0 : lambda * m.traceFI))) / psi2) /
      this.eta;
    this.risk = (noise + rho * rho * m.bias) / gain;
    this.gradientSquared = (rho * this.eta) ** 2 * m.signalJ + (spread * this.risk * m.traceFJ) / psi2;
    // Kept for the training error: the truncated second moment of the residual.
    this.gauss.excessSquared = excessSquared;
    return this;
  }

  /** log V kappa: zero at the solution, increasing in kappa. */
  get traceEquation(): number {
    return Math.log(this.trace);
  }

  /** log eps q / (kappa u s): zero at the solution, positive below it along V kappa = 1. */
  get gradientEquation(): number {
    const ratio = this.problem.eps / (this.kappa * this.u);
    return 0.5 * Math.log((ratio * ratio * this.gradientSquared) / this.risk);
  }

  /** |theta|^2 */
  get thetaNormSquared(): number {
    const { psi2, rho } = this.problem;
    return (
      (rho * this.eta) ** 2 * this.moments.signalI + (this.spread * this.risk * this.moments.traceFI) / psi2
    );
  }

  /** The largest relative error of the three equations as they are first stated. */
  get residual(): number {
    const { psi2, eps, noise, rho } = this.problem;
    const risk =
      noise + rho * rho * this.moments.bias + (this.spread * this.risk * this.moments.traceFF) / psi2;
    return Math.max(
      Math.abs(this.trace - 1),
      Math.abs(risk / this.risk - 1),
      eps === 0 ? 0 : Math.abs(Math.expm1(this.gradientEquation)),
    );
  }
}
