import type { ResolventMoments } from './featureMap.ts';
import type { LayerAverages } from './inputs.ts';

/** The shift sigma(eta, zeta, lambda) beside the slopes in the resolvent of the first layer, and its derivatives. */
export interface Shift {
  value: number;
  byEta: number;
  byZeta: number;
  byLambda: number;
}

/**
 * The moments with these traces and a signal that passes a first layer of psi1 unit rows: C = mu1 W Sigma, with the averages
 * of that layer at slopes eta mu1^2 and zeta mu1^2.
 */
export function withSignal(
  traceF: number,
  traceFF: number,
  traceFJ: number,
  traceFI: number,
  psi1: number,
  linear: number,
  eta: number,
  x: LayerAverages,
  shift: Shift,
): ResolventMoments {
  const scale = psi1 * linear;
  return {
    traceF,
    traceFF,
    traceFJ,
    traceFI,
    signal: scale * x.s,
    signalF: scale * (linear * x.sxrr + x.srr * shift.byEta),
    signalJ: scale * (linear * x.syrr + x.srr * shift.byZeta),
    signalI: scale * x.srr * shift.byLambda,
    // 1 - 2 eta S + eta^2 S_F as what the linear part leaves, and what the features make of the signal beyond that part.
    bias: scale * eta * eta * shift.byEta * x.srr + x.missed,
  };
}
