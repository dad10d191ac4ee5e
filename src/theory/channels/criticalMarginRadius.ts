import type { FeatureMap } from '../featureMaps/featureMap.ts';
import type { MarginProblem } from './marginEquations.ts';
import type { Teacher } from './marginLaw.ts';

/**
 * The radius from which on theta = 0, whatever the loss and lambda:
 * eps_c^2 = (2/pi) (1 - 2p)^2 E(1/R)^2 beta' C' J^-1 C beta + (1/n) tr F J^-1, R^2 the variance of u + xi (given its part of
 * the mixture).
 */
export function criticalMarginRadius(
  map: FeatureMap,
  { psi2, rho, teacher }: Pick<MarginProblem, 'psi2' | 'rho' | 'teacher'>,
): number {
  if (map.unattacked) return Infinity;
  const { signal, traceF } = map.moments(0, 1, 0);
  return Math.sqrt((rho * labelSlope(teacher)) ** 2 * signal + traceF / psi2);
}

/** d E y/du in the mean of u, E u = 0: sqrt(2/pi) (1 - 2p) E 1/R. */
export function labelSlope({ signal, flip, latent }: Teacher): number {
  let slope = 0;
  for (const { weight, variance } of latent) slope += weight / Math.sqrt(signal + variance);
  return Math.sqrt(2 / Math.PI) * (1 - 2 * flip) * slope;
}
