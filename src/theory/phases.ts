import { fractionWithin, newTruncatedGaussian, truncatedGaussian } from '../numerics/gaussian.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import type { FeatureMap, ResolventMoments } from './featureMaps/featureMap.ts';
import type { Problem } from './saddleEquations.ts';

/** What a solution can be; see `asymptoticRisk`. */
export type Phase = 'null' | 'immune' | 'learning' | 'ridgeless' | 'infinite' | 'exact' | 'curse';

/** n = rank F to rounding. */
export const SQUARE = 1e-13;
/** E y^2, the risk of predicting nothing. */
export const labelVariance = (map: FeatureMap, { noise, rho }: Pick<Problem, 'noise' | 'rho'>): number =>
  noise + rho * rho * map.signalVariance;

/** A share of F so small beside this that the next digits of a resolvent are those of its limit. */
const VANISHING = 1e-25;

/**
 * The moments of F theta = C beta, as small multiples of eps^2 J + lambda I choose among its solutions: eta A^-1 C beta at
 * (1, d eps^2, d lambda) as d -> 0. `bias` is divided by d^2: it is then theta' B F^-1 B theta with
 * B = (eps^2 J + lambda I)/max(eps^2, lambda). Where the features do not explain the whole signal `bias` is Infinity and the
 * other moments have no meaning.
 */
export function exactFit(
  map: FeatureMap,
  { eps, lambda }: Pick<Problem, 'eps' | 'lambda'>,
): ResolventMoments {
  const free = map.moments(1, 0, 0);
  if (free.bias > 1e-20 * map.signalVariance) return { ...free, bias: Infinity };
  const largest = Math.max(eps * eps, lambda);
  if (largest === 0) return free;
  const pulled = map.moments(1, (VANISHING * eps * eps) / largest, (VANISHING * lambda) / largest);
  return { ...pulled, bias: pulled.bias / (VANISHING * VANISHING) };
}

/**
 * Without noise or misfit the residuals |r| + eps q have their kinks at the true theta, F theta = C beta, and a weak
 * attack or penalty does not move the answer away from it. There the loss is c^2/2, c = eps q, and 0 is a subgradient iff
 * some g with |g_i| <= c has (1/n) Phi' g = h, h = (eps^2 J + lambda I) theta: the steps v along which the errors cost
 * less than h' v, if any, are to be excluded,
 *
 *     (c/n) |Phi v|_1 >= h' v for every v.
 *
 * With Gaussian rows the worst v makes a share P(|G| <= u) = (rank F)/n of its errors 0, and in the limit the condition is
 *
 *     c^2 P(|G| <= u) E(|G| - u)_+ / u >= h' F^-1 h.
 *
 * It is also where the saddle point reaches s = 0 with kappa s fixed. Unlimited data, psi2 = Infinity: u = 0.
 */
export function fitsExactly(map: FeatureMap, problem: Omit<Problem, 'rho'>): boolean {
  const { psi2, eps, lambda, noise } = problem;
  if (noise > 0 || psi2 <= map.rank * (1 + SQUARE)) return false;
  const { bias, signalJ } = exactFit(map, problem);
  if (bias === Infinity) return false;
  const largest = Math.max(eps * eps, lambda);
  // What is left of an h that vanishes is rounding.
  if (largest === 0) return true;
  return eps * Math.sqrt(signalJ * kinkStrength(map.rank / psi2)) >= largest * Math.sqrt(bias);
}

const gauss = newTruncatedGaussian();

/** P(|G| <= u) E(|G| - u)_+ / u at the u where P(|G| <= u) is `share`, 0 <= share < 1: falls from 2/pi to 0. */
function kinkStrength(share: number): number {
  if (share === 0) return 2 / Math.PI;
  const { value } = increasingRoot((x) => {
    const u = Math.exp(x);
    truncatedGaussian(u, gauss);
    // In the smaller of the two shares, so that neither end loses digits.
    return share < 0.5
      ? Math.log(fractionWithin(gauss, u) / share)
      : Math.log((1 - share) / Math.max(gauss.above, Number.MIN_VALUE));
  }, Math.log(share));
  const u = Math.exp(value);
  truncatedGaussian(u, gauss);
  return (share * gauss.excess) / u;
}
