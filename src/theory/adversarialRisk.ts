import { checkNonNegative } from '../errors.ts';
import { type Norm, normOf } from './linf/norms.ts';
import type { AsymptoticRisk } from './risk.ts';

/**
 * AR at any test radius from one solution, at no further cost: E (|y - f(x)| + eps q)^2.
 * @param risk of which two moments are enough
 * @param epsTest radius of the attack at test, in l2, or sqrt(d) times that of a coordinate in linf; >= 0
 * @param norm of that attack; default the one trained against. The other must be known: give `norm`, `testNorm` or `signal` to
 * `asymptoticRisk`
 * @throws InvalidArgumentError for a norm that the risk does not know
 */
export function adversarialRiskAt(
  {
    standardRisk,
    gradientNorm,
    gradientNorms,
    absoluteRisk,
  }: Pick<AsymptoticRisk, 'standardRisk' | 'gradientNorm' | 'gradientNorms' | 'absoluteRisk'>,
  epsTest: number,
  norm?: Norm,
): number {
  checkNonNegative('epsTest', epsTest);
  const q = norm === undefined ? gradientNorm : normOf({ gradientNorm, gradientNorms }, norm);
  if (epsTest === 0) return standardRisk;
  const c = epsTest * q;
  // A Gaussian residual, unless another mean is given.
  const mean = absoluteRisk ?? Math.sqrt(2 / Math.PI) * Math.sqrt(standardRisk);
  return standardRisk + 2 * c * mean + c * c;
}
