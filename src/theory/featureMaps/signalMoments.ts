import type { SpectralAverages } from '../marchenkoPastur.ts';
import type { ResolventMoments } from './featureMap.ts';

/** The shift sigma(eta, zeta, lambda) that stands beside slope x in the resolvent of the first layer, and its derivatives. */
export interface Shift {
  value: number;
  byEta: number;
  byZeta: number;
  byLambda: number;
}

/**
 * The moments with these traces and a signal that passes a first layer of psi1 unit rows with slope (eta + zeta) mu1^2:
 * signal = psi1 mu1^2 <x R>, R = 1/(slope x + sigma), and its derivatives.
 */
export function withSignal(
  traceF: number,
  traceFF: number,
  traceFJ: number,
  traceFI: number,
  psi1: number,
  linear: number,
  eta: number,
  zeta: number,
  x: SpectralAverages,
  shift: Shift,
): ResolventMoments {
  const scale = psi1 * linear;
  const left = zeta * linear;
  return {
    traceF,
    traceFF,
    traceFJ,
    traceFI,
    signal: scale * x.xr,
    signalF: scale * (linear * x.xxrr + x.xrr * shift.byEta),
    signalJ: scale * (linear * x.xxrr + x.xrr * shift.byZeta),
    signalI: scale * x.xrr * shift.byLambda,
    // 1 - 2 eta S + eta^2 S_F as |(zeta mu1^2 x + sigma) R|^2 over the d directions of x, plus what the features make of
    // the signal beyond its linear part.
    bias:
      psi1 * (left * (left * x.xxrr + 2 * shift.value * x.xrr) + eta * eta * linear * shift.byEta * x.xrr) +
      x.kernel,
  };
}
