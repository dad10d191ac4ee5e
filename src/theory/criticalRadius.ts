import { newAverages } from './channels/averages.ts';
import type { Teacher } from './channels/marginLaw.ts';
import { ResidualLaw } from './channels/residualLaw.ts';
import type { FeatureMap, ResolventMoments, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { coordinatesOf } from './linf/norms.ts';
import { type CriticalDirection, criticalDirection } from './readOuts/criticalDirection.ts';
import type { Drive, ReadOutProblem } from './readOuts/readOut.ts';
import type { ResidualProblem, TrainingProblem } from './trainingProblem.ts';

/** The share of a critical radius from which on a problem is beyond it: nearer, rounding decides. */
export const CRITICAL = 1 - 1e-15;

/** The averages of a loss where nothing has been learnt, up to a common factor of its slope. */
export interface UntrainedScore {
  /** E dg/du, u = <x, beta> */
  readonly mu: number;
  /** E g^2 */
  readonly chi: number;
  /** E dl/dc */
  readonly attack: number;
}

/** That of the square loss on residuals of a variance, Gaussian. */
export const squareScore = (variance: number): UntrainedScore => ({
  mu: 1,
  chi: variance,
  attack: Math.sqrt((2 / Math.PI) * variance),
});

/** That of a loss of the residual, at r = y. */
export const residualScore = (
  map: FeatureMap,
  { rho, noise, channel }: Pick<ResidualProblem, 'rho' | 'noise' | 'channel'>,
): UntrainedScore => channel.untrained(new ResidualLaw(noise, rho * rho * map.signalVariance), newAverages());

/** That of any loss of the margin: y times its slope at 0. mu = d E y/du at E u = 0, sqrt(2/pi) (1 - 2p) E 1/R, R^2 = E (u + xi)^2. */
export function labelScore({ signal, flip, latent }: Teacher): UntrainedScore {
  let slope = 0;
  for (const { weight, variance } of latent) slope += weight / Math.sqrt(signal + variance);
  return { mu: Math.sqrt(2 / Math.PI) * (1 - 2 * flip) * slope, chi: 1, attack: 1 };
}

/** What features are worth to a score, and cost under an attack: where both are the same, 0 where a signal is estimated below none. */
const balance = (
  { signal, traceF }: Pick<ResolventMoments, 'signal' | 'traceF'>,
  { psi2, rho }: Pick<ReadOutProblem, 'psi2' | 'rho'>,
  { mu, chi, attack }: UntrainedScore,
): number => Math.sqrt(Math.max(0, (rho * mu) ** 2 * signal + (chi * traceF) / psi2)) / attack;

/**
 * The l2 radius from which on theta = 0: the attack costs a weight more, eps E dl/dc times its gradient norm, than it gains,
 *
 *     eps^2 (E dl/dc)^2 = mu^2 beta' C' J^-1 C beta + chi (1/n) tr F J^-1.
 */
export const criticalRadius = (
  map: FeatureMap,
  problem: Pick<ReadOutProblem, 'psi2' | 'rho'>,
  score: UntrainedScore,
): number => (map.unattacked ? Infinity : balance(map.moments(0, 1, 0), problem, score));

/**
 * The same of the features that the attack reaches beside others, from the averages of a loss on those others alone, without
 * attack; C and F are those of the attacked features less what the others explain of them at (eta, lambda).
 */
export const immuneRadius = (
  { attacked }: UnattackedFeatures,
  { psi2, rho, lambda }: ReadOutProblem,
  score: UntrainedScore & Pick<Drive, 'eta'>,
): number => balance(attacked(score.eta, lambda), { psi2, rho }, score);

/** The critical radius of a training problem, and against linf the direction in which theta leaves 0 there. */
export interface CriticalPoint {
  readonly eps: number;
  readonly direction?: CriticalDirection;
}

/** The critical radius, or for speed less where that is beyond eps: no attack in l2 is weaker than one in linf. */
export function criticalPoint(
  map: FeatureMap,
  problem: TrainingProblem,
  score: UntrainedScore,
): CriticalPoint {
  const inL2 = criticalRadius(map, problem, score);
  const { signal } = problem;
  if (signal === undefined || problem.eps < inL2) return { eps: inL2 };
  const direction = criticalDirection(coordinatesOf(map), { ...problem, signal }, score);
  return { eps: direction.pressure / score.attack, direction };
}
