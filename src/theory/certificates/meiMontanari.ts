import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../../errors.ts';
import { increasingRoot } from '../../numerics/rootFinding.ts';
import { type ActivationSpec, activationMoments } from '../activations.ts';

/** Ridge regression on random features without attack, in the notation of this package. */
export interface MeiMontanariOptions {
  /** N/d; > 0 */
  readonly psi1: number;
  /** n/d; > 0 */
  readonly psi2: number;
  /** the penalty (lambda/2)|theta|^2 of this package, psi1 times theirs; default 0 */
  readonly lambda?: number;
  /** standard deviation of the label noise; default 0 */
  readonly tau?: number;
  /** |beta|; default 1 */
  readonly rho?: number;
  /** centred; default 'shifted-relu' */
  readonly activation?: ActivationSpec;
}

const NAMES: OptionNames<MeiMontanariOptions> = {
  psi1: true,
  psi2: true,
  lambda: true,
  tau: true,
  rho: true,
  activation: true,
};

/**
 * Standard risk, label noise included, of ridge regression on random features without attack (eps = 0): the closed form
 * of Mei & Montanari, "The generalization error of random features regression" (Definition 2 and Theorem 2), an
 * independent route to the same number. Their theorem is for inputs uniform on a sphere and lambda > 0; lambda = 0 is its
 * limit, Infinity at psi1 = psi2.
 * @throws InvalidArgumentError for an unknown option, or one out of its domain
 */
export function meiMontanariRisk(options: MeiMontanariOptions): number {
  checkOptions('meiMontanariRisk', options ?? null, NAMES);
  const { psi1, psi2, lambda = 0, tau = 0, rho = 1, activation = 'shifted-relu' } = options;
  checkPositive('psi1', psi1);
  checkPositive('psi2', psi2);
  checkNonNegative('lambda', lambda);
  checkNonNegative('tau', tau);
  checkPositive('rho', rho);
  const { mu1, muStarSquared } = activationMoments(activation);
  const z2 = (mu1 * mu1) / muStarSquared;
  // With P = m1 m2 the two equations are s m1 + P h = psi1 and s m2 + P h = psi2, h = 1 + z2/(1 + z2 P).
  const h = (P: number): number => 1 + z2 / (1 + z2 * P);
  const s2 = (psi1 * psi2 * (lambda / psi1)) / muStarSquared;
  const least = Math.min(psi1, psi2);
  const atLeast = Math.exp(increasingRoot((x) => Math.exp(x) * h(Math.exp(x)) - least, 0).value);
  let P = atLeast;
  if (s2 > 0) {
    const excess = (x: number): number => (psi1 - x * h(x)) * (psi2 - x * h(x)) - s2 * x;
    P = atLeast / (1 + Math.exp(increasingRoot((x) => excess(atLeast / (1 + Math.exp(x))), 0).value));
  }
  const X = -P; // their chi
  const [X2, X3] = [X * X, X * X * X];
  const [z4, z6] = [z2 * z2, z2 * z2 * z2];
  const product = psi1 * psi2;
  const E0 =
    -X3 * X2 * z6 +
    3 * X2 * X2 * z4 +
    (product - psi2 - psi1 + 1) * X3 * z6 -
    2 * X3 * z4 -
    3 * X3 * z2 +
    (psi1 + psi2 - 3 * product + 1) * X2 * z4 +
    2 * X2 * z2 +
    X2 +
    3 * product * X * z2 -
    product;
  const E1 = psi2 * X3 * z4 - psi2 * X2 * z2 + product * X * z2 - product;
  const E2 =
    X3 * X2 * z6 -
    3 * X2 * X2 * z4 +
    (psi1 - 1) * X3 * z6 +
    2 * X3 * z4 +
    3 * X3 * z2 -
    (psi1 + 1) * X2 * z4 -
    2 * X2 * z2 -
    X2;
  if (lambda === 0 && psi1 === psi2) return Number.POSITIVE_INFINITY;
  return (rho * rho * E1) / E0 + (tau * tau * E2) / E0 + tau * tau;
}
