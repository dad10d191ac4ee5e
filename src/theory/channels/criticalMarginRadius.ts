import type { FeatureMap } from '../featureMaps/featureMap.ts';
import type { MarginProblem } from './marginEquations.ts';

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
  let pull = 0;
  for (const { weight, variance } of teacher.latent) pull += weight / Math.sqrt(teacher.signal + variance);
  return Math.sqrt((2 / Math.PI) * ((1 - 2 * teacher.flip) * rho * pull) ** 2 * signal + traceF / psi2);
}
