import type { FeatureMap } from '../featureMaps/featureMap.ts';
import type { Drive, ReadOut, ReadOutProblem } from './readOut.ts';

/**
 * The read-out of any feature map against l2, where q(theta)^2 = theta' J theta: with A = eta F + zeta J + lambda I and
 * zeta = pressure/q
 *
 *     V = (1/n) tr F A^-1,   m = mu S,   Q = mu^2 S_F + chi K_FF,   q^2 = mu^2 S_J + chi K_FJ.
 */
export class ResolventReadOut implements ReadOut {
  readonly unknowns = 0;
  psi2: number;
  susceptibility = 0;
  overlap = 0;
  outputVariance = 0;
  across = 0;
  missed = 0;
  gradientNorm = 0;
  normSquared = 0;
  private readonly map: FeatureMap;
  private readonly lambda: number;
  /** |beta|^2 */
  private readonly energy: number;

  constructor(map: FeatureMap, { psi2, lambda, rho }: ReadOutProblem) {
    this.map = map;
    this.psi2 = psi2;
    this.lambda = lambda;
    this.energy = rho * rho;
  }

  at({ eta, mu, chi }: Drive, pressure: number, q: number): void {
    const { map, energy } = this;
    const m = map.moments(eta, q > 0 ? pressure / q : 0, this.lambda);
    const pull = energy * mu * mu;
    const noise = chi / this.psi2;
    const signal = energy * map.signalVariance;
    this.susceptibility = m.traceF / this.psi2;
    this.overlap = mu * energy * m.signal;
    this.outputVariance = pull * m.signalF + noise * m.traceFF;
    // The part of the signal never negative.
    this.across =
      noise * m.traceFF * signal + pull * Math.max(0, m.signalF * signal - energy * m.signal * m.signal);
    this.missed = energy * m.bias + noise * m.traceFF;
    this.gradientNorm = Math.sqrt(pull * m.signalJ + noise * m.traceFJ);
    this.normSquared = pull * m.signalI + noise * m.traceFI;
  }

  /** There is none. */
  images(): void {}
}
