import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, checkNonNegative, checkPositive, InvalidArgumentError } from '../errors.ts';
import {
  type ActivationMoments,
  type ActivationName,
  type ActivationSpec,
  activationMoments,
  activationNames,
  type CustomActivation,
  MOMENTS,
} from './activations.ts';
import { type RandomFeaturesOptions, randomFeatures } from './featureMaps/randomFeatures.ts';
import { minimiseLog, type Where } from './minimise.ts';
import { MEASURES, type Measure } from './optimum.ts';
import { type AsymptoticRisk, asymptoticRisk } from './risk.ts';
import { PROBLEM_OPTIONS, type RiskOptions, refuseClassification } from './riskOptions.ts';

/** The activations that {@link bestActivation} may choose from, and the risk by which it judges. */
export interface BestActivationOptions {
  /** the largest nu^2/muStar^2 allowed; at least 2, that of quadratics; default 10 */
  readonly maxRoughness?: number;
  /** what is minimised; default 'adversarialRisk' */
  readonly measure?: Measure;
}

/** A named activation and its risks in the problem of {@link bestActivation}. */
export interface NamedActivationRisk {
  /** as options name it */
  readonly name: ActivationName;
  /** the penalty that, on the activation as it is, equals the given one at E sigma^2 = 1: lambda (mu1^2 + muStar^2) */
  readonly lambda: number;
  /** with that lambda, and the same width, eps and noise */
  readonly risk: AsymptoticRisk;
}

/** The moments of least risk, an activation that has them, and how far the named ones are from it. */
export interface BestActivation {
  /** a polynomial with the best moments, to use as it is */
  readonly activation: CustomActivation;
  /** at E sigma^2 = 1 and mu0 = 0 */
  readonly moments: ActivationMoments;
  /** muStar^2/mu1^2, and where in [1e-6, 1e4] it lies */
  readonly nonlinearity: number;
  /** inside that range or at an end of it, where a linear or a purely nonlinear activation may do better still */
  readonly nonlinearityWhere: Where;
  /** nu^2/muStar^2 >= 2, and where in [2, maxRoughness] it lies */
  readonly roughness: number;
  /** inside that range or at an end of it; at the lower end no activation can be less rough, at the upper end some are rougher */
  readonly roughnessWhere: Where;
  /** with the best moments */
  readonly risk: AsymptoticRisk;
  /** the named activations, best first */
  readonly named: readonly NamedActivationRisk[];
}

const MAP: OptionNames<Omit<RandomFeaturesOptions, 'activation'>> = { psi1: true, covariance: true };
const SEARCH: OptionNames<BestActivationOptions> = { maxRoughness: true, measure: true };

/**
 * The activation of least adversarial risk for one random-features layer. The risk sees it only through mu1, muStar^2
 * and nu^2, whose Hermite coefficients c_k give muStar^2 = sum c_k^2 and nu^2 = sum k c_k^2 over k >= 2: every pair with
 * nu^2 >= 2 muStar^2 belongs to some activation, equality to quadratics. Minimised over both ratios.
 *
 * All activations are compared at equal energy, E sigma^2 = 1 once centred. At lambda = 0 the risk does not depend on the
 * scale of sigma. At lambda > 0 it does: a times sigma at lambda is sigma at lambda/a^2. To search over the scale is thus to
 * search over lambda, which `bestLambda` does.
 *
 * Rougher is often better without end, the nonlinear part then being a pure price on theta; hence `maxRoughness`.
 * @param features the width psi1 = N/d, and the covariance of the inputs
 * @param options the training problem and the attack at test
 * @param search what to minimise, and how rough an activation may be
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function bestActivation(
  features: Omit<RandomFeaturesOptions, 'activation'>,
  options: Omit<RiskOptions, 'certify'>,
  search: BestActivationOptions = {},
): BestActivation {
  checkOptions('bestActivation', features ?? null, MAP);
  checkOptions('bestActivation', options ?? null, PROBLEM_OPTIONS);
  refuseClassification('bestActivation', options);
  checkOptions('bestActivation', search, SEARCH);
  const { maxRoughness = 10, measure = 'adversarialRisk' } = search;
  checkChoice('measure', measure, MEASURES);
  if (!(checkPositive('maxRoughness', maxRoughness) >= 2))
    throw new InvalidArgumentError('maxRoughness', maxRoughness, 'a number >= 2');
  const { lambda = 0 } = options;
  const riskOf = (activation: ActivationSpec, penalty = lambda): AsymptoticRisk =>
    asymptoticRisk(randomFeatures({ ...features, activation }), { ...options, lambda: penalty });
  const riskAt = (nonlinearity: number, roughness: number): number =>
    riskOf(unitMoments(nonlinearity, roughness))[measure];
  const bestNonlinearity = (roughness: number) =>
    minimiseLog((x) => riskAt(x, roughness), { from: 1e-6, to: 1e4, count: 60 });
  const { at: roughness, where: roughnessWhere } =
    maxRoughness === 2
      ? { at: 2, where: 'lower end' as const }
      : minimiseLog((x) => riskAt(bestNonlinearity(x).at, x), { from: 2, to: maxRoughness, count: 12 });
  const { at: nonlinearity, where: nonlinearityWhere } = bestNonlinearity(roughness);
  const moments = unitMoments(nonlinearity, roughness);
  const named = activationNames
    .map((name) => {
      const { mu1, muStarSquared } = activationMoments(name);
      const penalty = lambda * (mu1 * mu1 + muStarSquared);
      return { name, lambda: penalty, risk: riskOf(name, penalty) };
    })
    .sort((a, b) => a.risk[measure] - b.risk[measure]);
  return {
    activation: hermiteActivation(moments),
    moments,
    nonlinearity,
    nonlinearityWhere,
    roughness,
    roughnessWhere,
    risk: riskOf(moments),
    named,
  };
}

function unitMoments(nonlinearity: number, roughness: number): ActivationMoments {
  const muStarSquared = nonlinearity / (1 + nonlinearity);
  return { mu0: 0, mu1: Math.sqrt(1 - muStarSquared), muStarSquared, nuSquared: roughness * muStarSquared };
}

/**
 * mu1 u + c2 He2(u)/sqrt 2 + ck Hek(u)/sqrt k!, the simplest function with these moments: k is the roughness rounded up.
 * @param moments of which mu0 does not matter; nuSquared >= 2 muStarSquared
 * @throws InvalidArgumentError for moments that no activation has, or a constant
 */
export function hermiteActivation(moments: ActivationMoments): CustomActivation {
  checkOptions('hermiteActivation', moments ?? null, MOMENTS);
  checkNonNegative('muStarSquared', moments.muStarSquared);
  checkNonNegative('nuSquared', moments.nuSquared);
  const { mu1, muStarSquared, nuSquared } = activationMoments(moments);
  const roughness = muStarSquared === 0 ? 2 : nuSquared / muStarSquared;
  const k = Math.max(3, Math.ceil(roughness - 1e-9));
  const share = Math.max(0, (roughness - 2) / (k - 2));
  const c2 = Math.sqrt(muStarSquared * (1 - share));
  const ck = Math.sqrt(muStarSquared * share);
  const terms = [`${mu1.toPrecision(6)} u`];
  if (c2 > 0) terms.push(`${c2.toPrecision(6)} He2(u)/sqrt(2)`);
  if (ck > 0) terms.push(`${ck.toPrecision(6)} He${k}(u)/sqrt(${k}!)`);
  return {
    name: terms.join(' + '),
    f: (u) => mu1 * u + c2 * hermite(2, u) + ck * hermite(k, u),
    derivative: (u) => mu1 + c2 * Math.SQRT2 * hermite(1, u) + ck * Math.sqrt(k) * hermite(k - 1, u),
  };
}

/** He_k(u)/sqrt(k!), orthonormal under N(0, 1); its derivative is sqrt k times the one before. */
function hermite(k: number, u: number): number {
  let [below, value] = [0, 1];
  for (let degree = 1; degree <= k; degree++)
    [below, value] = [value, (u * value - Math.sqrt(degree - 1) * below) / Math.sqrt(degree)];
  return value;
}
