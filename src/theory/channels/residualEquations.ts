import type { FeatureMap, ResolventMoments } from '../featureMaps/featureMap.ts';
import { type Averages, newAverages } from './averages.ts';
import type { GaussianPart } from './gaussianMixtures.ts';
import type { ResidualChannel } from './residualChannel.ts';
import { ResidualLaw } from './residualLaw.ts';

/** A regression with any noise and loss, as the equations see it. */
export interface ResidualProblem {
  /** n/d */
  readonly psi2: number;
  /** l2 training radius */
  readonly eps: number;
  /** ridge penalty (lambda/2)|theta|^2 beside the mean loss */
  readonly lambda: number;
  /** |beta| */
  readonly rho: number;
  /** the law of the noise */
  readonly noise: readonly GaussianPart[];
  /** the loss */
  readonly channel: ResidualChannel;
}

/**
 * The saddle-point equations of a loss of the residual, as a map from logarithms to logarithms of s, of V and of the gradient
 * norm q (left out at eps = 0), where s^2 = E (f - u)^2, u = <x, beta>:
 *
 *     V = (1/n) tr F A^-1,   s^2 = rho^2 (1 - 2 eta S + eta^2 S_F) + chi K_FF,   q^2 = eta^2 S_J + chi K_FJ.
 */
export class ResidualEquations {
  readonly map: FeatureMap;
  readonly problem: ResidualProblem;
  readonly law: ResidualLaw;
  readonly averages: Averages = newAverages();
  moments: ResolventMoments | undefined;
  V = 1;
  gradientNorm = 0;
  gradientSquared = 0;

  constructor(map: FeatureMap, problem: ResidualProblem) {
    this.map = map;
    this.problem = problem;
    this.law = new ResidualLaw(problem.noise);
  }

  /** Where an iteration starts that knows nothing. */
  start(): Float64Array {
    const { rho, eps } = this.problem;
    const s = Math.log(rho * Math.sqrt(this.map.signalVariance));
    return Float64Array.from(eps > 0 ? [s, 0, Math.log(0.3 * rho)] : [s, 0]);
  }

  /** Evaluates everything at x, and what the equations make of x. */
  readonly step = (x: Float64Array, out: Float64Array): void => {
    const { eps, lambda, psi2, rho, channel } = this.problem;
    const { averages, law } = this;
    law.missed = Math.exp(2 * x[0]!);
    const V = Math.exp(x[1]!);
    const q = eps > 0 ? Math.exp(x[2]!) : 0;
    const { eta, chi, attack } = channel.averages(law, V, eps * q, averages);
    const m = this.map.moments(eta, eps > 0 ? (eps / q) * attack : 0, lambda);
    const noise = chi / psi2;
    this.moments = m;
    this.V = V;
    this.gradientNorm = q;
    this.gradientSquared = rho * rho * eta * eta * m.signalJ + noise * m.traceFJ;
    out[0] = 0.5 * Math.log(rho * rho * m.bias + noise * m.traceFF);
    out[1] = Math.log(m.traceF / psi2);
    if (eps > 0) out[2] = 0.5 * Math.log(this.gradientSquared);
  };

  /** |theta|^2 */
  get thetaNormSquared(): number {
    const { psi2, rho } = this.problem;
    const { eta, chi } = this.averages;
    const { signalI, traceFI } = this.moments!;
    return rho * rho * eta * eta * signalI + (chi / psi2) * traceFI;
  }
}
