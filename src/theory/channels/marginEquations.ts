import type { FeatureMap, ResolventMoments } from '../featureMaps/featureMap.ts';
import { type Averages, newAverages } from './averages.ts';
import type { MarginChannel } from './marginChannel.ts';
import { MarginLaw, type Teacher } from './marginLaw.ts';

/** A classification problem as the equations see it. */
export interface MarginProblem {
  /** n/d */
  readonly psi2: number;
  /** l2 training radius */
  readonly eps: number;
  /** ridge penalty (lambda/2)|theta|^2 beside the mean loss */
  readonly lambda: number;
  /** |beta| */
  readonly rho: number;
  /** the law of the labels */
  readonly teacher: Teacher;
  /** the loss */
  readonly channel: MarginChannel;
}

/**
 * The saddle-point equations of a margin loss, as a map from logarithms to logarithms of the alignment a = m/sqrt(Q E u^2 - m^2)
 * of the output with u, of sqrt Q, of V, and of the gradient norm q, where Q = E f^2 and m = E f u:
 *
 *     V = (1/n) tr F A^-1,   m = mu S,   Q = mu^2 S_F + chi K_FF,   q^2 = mu^2 S_J + chi K_FJ.
 *
 * Random labels (flip 1/2) have a = 0, which is then left out; eps = 0 leaves out q.
 */
export class MarginEquations {
  readonly map: FeatureMap;
  readonly problem: MarginProblem;
  readonly law: MarginLaw;
  readonly averages: Averages = newAverages();
  moments: ResolventMoments | undefined;
  /** What goes into the averages. */
  V = 1;
  gradientNorm = 0;
  alignment = 0;
  /** What comes out: m, Q and q^2. */
  overlap = 0;
  outputVariance = 0;
  gradientSquared = 0;
  zeta = 0;

  constructor(map: FeatureMap, problem: MarginProblem) {
    this.map = map;
    this.problem = problem;
    this.law = new MarginLaw(problem.teacher);
  }

  /** How many unknowns there are, and whether a is one of them. */
  get aligned(): boolean {
    return this.law.trust > 0;
  }

  get size(): number {
    return 2 + (this.aligned ? 1 : 0) + (this.problem.eps > 0 ? 1 : 0);
  }

  /** Where an iteration starts that knows nothing. */
  start(): Float64Array {
    const x = new Float64Array(this.size);
    if (this.problem.eps > 0) x[x.length - 1] = Math.log(0.5);
    return x;
  }

  /** Evaluates everything at x, and what the equations make of x. */
  readonly step = (x: Float64Array, out: Float64Array): void => {
    const { eps, lambda, psi2, rho, channel, teacher } = this.problem;
    const { averages, law, aligned } = this;
    let next = 0;
    const alignment = aligned ? Math.exp(x[next++]!) : 0;
    const scale = Math.exp(x[next++]!);
    const V = Math.exp(x[next++]!);
    const q = eps > 0 ? Math.exp(x[next]!) : 0;
    channel.averages(law.set(scale, alignment), V, eps * q, averages);
    const { eta, mu, chi, attack } = averages;
    const zeta = eps > 0 ? (eps / q) * attack : 0;
    const m = this.map.moments(eta, zeta, lambda);
    const pull = rho * rho * mu * mu;
    const noise = chi / psi2;
    this.alignment = alignment;
    this.V = V;
    this.zeta = zeta;
    this.gradientNorm = q;
    this.moments = m;
    this.overlap = mu * rho * rho * m.signal;
    this.outputVariance = pull * m.signalF + noise * m.traceFF;
    this.gradientSquared = pull * m.signalJ + noise * m.traceFJ;
    next = 0;
    if (aligned) {
      // Q E u^2 - m^2, its signal part never negative.
      const { signal } = teacher;
      const across =
        noise * m.traceFF * signal + pull * Math.max(0, m.signalF * signal - rho * rho * m.signal * m.signal);
      out[next++] = Math.log(this.overlap) - 0.5 * Math.log(across);
    }
    out[next++] = 0.5 * Math.log(this.outputVariance);
    out[next++] = Math.log(m.traceF / psi2);
    if (eps > 0) out[next] = 0.5 * Math.log(this.gradientSquared);
  };

  /** |theta|^2 */
  get thetaNormSquared(): number {
    const { psi2, rho } = this.problem;
    const { mu, chi } = this.averages;
    const { signalI, traceFI } = this.moments!;
    return rho * rho * mu * mu * signalI + (chi / psi2) * traceFI;
  }
}
