import type { FeatureMap } from '../featureMaps/featureMap.ts';
import { type FixedPoint, solveFixedPoint } from '../fixedPoint.ts';
import { newAverages } from './averages.ts';
import { hardMargin } from './hardMargin.ts';
import { MarginLaw, type Teacher } from './marginLaw.ts';

/** Where the labels cease to be fitted robustly, and what the last classifier that fits them is, at Q = 1. */
export interface Capacity extends FixedPoint {
  /** n/d */
  readonly psi2: number;
  readonly gradientNorm: number;
  readonly overlap: number;
}

const channel = hardMargin(0);
/** A fit that leaves a smaller share of the signal leaves rounding. */
const EXPLAINED = 1e-12;

/**
 * The n/d at which V of the robust max-margin classifier diverges. With its output scaled to Q = 1, the score (c - v)_+ and
 * eta = P(v < c), chi = E (c - v)_+^2 and so on, the equations are (1/n) tr F A^-1 = 1, m = mu S, q^2 = mu^2 S_J + chi K_FJ at
 * lambda = 0; that of Q then holds of itself, and is part of the residual.
 */
export function solveCapacity(
  map: FeatureMap,
  { eps, rho, teacher }: { readonly eps: number; readonly rho: number; readonly teacher: Teacher },
): Capacity {
  const law = new MarginLaw(teacher);
  const aligned = law.trust > 0;
  const { signal, latent } = teacher;
  // Without an attack labels that the features know without error are fitted at any n.
  if (eps === 0 && teacher.flip === 0 && latent.every(({ variance }) => variance === 0)) {
    const { bias, signalF, signalJ } = map.moments(1, 0, 0);
    if (bias <= EXPLAINED * map.signalVariance) {
      const gradientNorm = Math.sqrt(signalJ / signalF);
      return { psi2: Infinity, gradientNorm, overlap: Math.sqrt(signal), iterations: 0, residual: 0 };
    }
  }
  const averages = newAverages();
  let psi2 = 0;
  let overlap = 0;
  let gradientNorm = 0;
  let outputVariance = 1;
  const step = (x: Float64Array, out: Float64Array): void => {
    const alignment = aligned ? Math.exp(x[0]!) : 0;
    const q = eps > 0 ? Math.exp(x[x.length - 1]!) : 0;
    const { eta, mu, chi, attack } = channel.averages(law.set(1, alignment), 1, eps * q, averages);
    const m = map.moments(eta, eps > 0 ? (eps / q) * attack : 0, 0);
    psi2 = m.traceF;
    const pull = rho * rho * mu * mu;
    const noise = chi / psi2;
    overlap = mu * rho * rho * m.signal;
    outputVariance = pull * m.signalF + noise * m.traceFF;
    const across =
      noise * m.traceFF * signal + pull * Math.max(0, m.signalF * signal - rho * rho * m.signal * m.signal);
    gradientNorm = Math.sqrt((pull * m.signalJ + noise * m.traceFJ) / outputVariance);
    if (aligned) out[0] = Math.log(overlap) - 0.5 * Math.log(across);
    if (eps > 0) out[x.length - 1] = Math.log(gradientNorm);
  };
  const x = new Float64Array((aligned ? 1 : 0) + (eps > 0 ? 1 : 0));
  const { iterations, residual } = solveFixedPoint(step, x);
  return {
    psi2,
    gradientNorm,
    overlap: overlap / Math.sqrt(outputVariance),
    iterations,
    residual: Math.max(residual, Math.abs(outputVariance - 1)),
  };
}
