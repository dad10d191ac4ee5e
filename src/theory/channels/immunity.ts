import type { UnattackedFeatures } from '../featureMaps/featureMap.ts';
import type { Averages } from './averages.ts';

/**
 * The radius from which on features with J = 0 are all that is used, from the averages of the problem on them alone, without
 * attack: there a weight of the others costs more through the attack, eps E dl/dc times its gradient norm, than it gains,
 *
 *     eps^2 (E dl/dc)^2 = rho^2 mu^2 c' J^-1 c + chi (1/n) tr F J^-1,
 *
 * c and F being those of the attacked features less what the unattacked ones explain of them at (eta, lambda).
 */
export function immuneRadius(
  { attacked }: UnattackedFeatures,
  { eta, mu, chi, attack }: Averages,
  { psi2, lambda, rho }: { readonly psi2: number; readonly lambda: number; readonly rho: number },
): number {
  const { signal, traceF } = attacked(eta, lambda);
  return Math.sqrt((rho * mu) ** 2 * signal + (chi * traceF) / psi2) / attack;
}
