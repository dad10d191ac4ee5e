import { checkNonNegative } from '../errors.ts';
import { newPartialMoments } from './channels/averages.ts';
import { MarginLaw, type Teacher } from './channels/marginLaw.ts';
import type { ClassificationRisk, MarginDistribution } from './classification.ts';
import { type Norm, normOf } from './linf/norms.ts';

/** p + (1 - 2p) times the angle between output and latent variable over pi. */
export function errorOf({ flip, slopes, weights }: MarginDistribution): number {
  let angle = 0;
  for (let k = 0; k < slopes.length; k++) angle += weights[k]! * Math.atan2(1, slopes[k]!);
  return flip + ((1 - 2 * flip) * angle) / Math.PI;
}

/**
 * The robust error at any test radius from one solution, at no further cost: P(y f(x) < epsTest q).
 * @param risk of which two fields are enough
 * @param epsTest radius of the attack at test, in l2, or sqrt(d) times that of a coordinate in linf; >= 0
 * @param norm of that attack; default the one trained against. The other must be known: give `norm`, `testNorm` or `signal` to
 * `asymptoticRisk`
 * @throws InvalidArgumentError for a norm that the risk does not know
 */
export function robustErrorAt(
  { margins, ...risk }: Pick<ClassificationRisk, 'margins' | 'gradientNorm' | 'gradientNorms'>,
  epsTest: number,
  norm?: Norm,
): number {
  const q = norm === undefined ? risk.gradientNorm : normOf(risk, norm);
  return checkNonNegative('epsTest', epsTest) === 0
    ? errorOf(margins)
    : marginBelow({ margins }, epsTest * q);
}

/**
 * P(y f(x) < margin) on fresh rows. A constant output (the null phase) is right as often as wrong, at any margin.
 * @param risk of which the margins are enough
 * @param margin in units of f
 */
export function marginBelow({ margins }: Pick<ClassificationRisk, 'margins'>, margin: number): number {
  const { scale, flip, slopes, weights } = margins;
  if (scale === 0) return 0.5;
  const law = new MarginLaw(plainTeacher(flip, weights));
  law.scale = scale;
  law.slopes.set(slopes);
  return law.below(margin, newPartialMoments()).mass;
}

/** A teacher of which the law of margins needs the flips and the weights only. */
const plainTeacher = (flip: number, weights: readonly number[]): Teacher => ({
  signal: 1,
  flip,
  latent: weights.map((weight) => ({ weight, shift: 0, variance: 0 })),
});
