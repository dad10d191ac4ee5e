import { checkNonNegative, checkPositive } from './errors.ts';
import { type FeatureMap, newResolventMoments } from './featureMaps/featureMap.ts';
import type { Problem } from './saddleEquations.ts';

/** What a solution can be; see `asymptoticRisk`. */
export type Phase = 'null' | 'learning' | 'ridgeless' | 'infinite' | 'exact' | 'curse';

/** The problem whose null phase {@link criticalEps} finds; lambda does not matter to it. */
export interface CriticalEpsOptions {
  /** n/d; > 0 */
  readonly psi2: number;
  /** standard deviation of the label noise; default 0 */
  readonly tau?: number;
  /** |beta|; default 1 */
  readonly rho?: number;
  /** energy of a part of the target no linear function explains; it acts as noise; default 0 */
  readonly nonlinearEnergy?: number;
}

/**
 * The l2 training radius from which on theta = 0 exactly and both risks equal E y^2 (the null phase). It does not depend
 * on lambda: at theta = 0 the penalty has no slope, the attack has one of eps sqrt(2/pi E y^2) q.
 * @param options sample size and noise
 * @throws InvalidArgumentError when psi2 or rho is not > 0, tau or nonlinearEnergy not >= 0.
 */
export function criticalEps(
  map: FeatureMap,
  { psi2, tau = 0, rho = 1, nonlinearEnergy = 0 }: CriticalEpsOptions,
): number {
  checkPositive('psi2', psi2);
  checkPositive('rho', rho);
  const noise = checkNonNegative('tau', tau) ** 2 + checkNonNegative('nonlinearEnergy', nonlinearEnergy);
  return Math.sqrt(criticalEpsSquared(map, { psi2, noise, rho }));
}

const m = newResolventMoments();

/** (pi/2) [beta' C' J^-1 C beta / E y^2 + (1/n) tr F J^-1] */
export function criticalEpsSquared(
  map: FeatureMap,
  { psi2, noise, rho }: Pick<Problem, 'psi2' | 'noise' | 'rho'>,
): number {
  map.moments(0, 1, 0, m);
  return 0.5 * Math.PI * ((rho * rho * m.signal) / labelVariance(map, { noise, rho }) + m.traceF / psi2);
}

/** E y^2, the risk of predicting nothing. */
export const labelVariance = (map: FeatureMap, { noise, rho }: Pick<Problem, 'noise' | 'rho'>): number =>
  noise + rho * rho * map.signalVariance;
