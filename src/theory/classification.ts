import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import { type LabelLaw, teacherOf } from './channels/labels.ts';
import { type MarginLoss, marginLoss } from './channels/losses.ts';
import type { Teacher } from './channels/marginLaw.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type AttackKind, type AttackOptions, attackKind, type GradientNorms } from './linf/norms.ts';
import { REGRESSION_NUMBERS } from './riskOptions.ts';
import type { TrainingMargins } from './trainingMargins.ts';
import type { MarginProblem } from './trainingProblem.ts';

/** Adversarial training of a classifier, in the scaling in which n, N and d grow in proportion. */
export interface ClassificationOptions extends AttackOptions {
  /** n/d, training samples per input dimension; > 0 */
  readonly psi2: number;
  /** radius of the training attack, O(1) while |x| is about sqrt(d): in l2 as it is, in linf sqrt(d) times that of a coordinate; >= 0 */
  readonly eps: number;
  /** the loss of the margin y f(x) */
  readonly loss: MarginLoss;
  /**
   * the law of the labels, default 'probit': y = sign(u + tau xi), u = <x, beta>, xi standard Gaussian; 'logistic': xi
   * standard logistic, P(y = 1) = 1/(1 + exp(-u/tau))
   */
  readonly labels?: LabelLaw;
  /** probability that a label is turned over, up to 1/2; default 0 */
  readonly flip?: number;
  /** ridge penalty, (lambda/2)|theta|^2 beside (1/n) sum of the worst losses over the ball; default 0 */
  readonly lambda?: number;
  /** scale of the latent noise of the labels; default 0 */
  readonly tau?: number;
  /** norm of the signal beta; default 1 */
  readonly rho?: number;
  /** radius of the attack at test, in the units of eps; default eps */
  readonly epsTest?: number;
  /** energy of a part of the target that no linear function of x explains; it acts as noise; default 0 */
  readonly nonlinearEnergy?: number;
}

/** The law of the margin v = y f(x) of fresh rows: a mixture of skew-normal densities, (2/s) phi(v/s) [p + (1 - 2p) Phi(a v/s)]. */
export interface MarginDistribution {
  /** s, the deviation of f(x) */
  readonly scale: number;
  /** p, the probability that a label is turned over */
  readonly flip: number;
  /** the slopes a; one for probit labels */
  readonly slopes: readonly number[];
  /** their probabilities */
  readonly weights: readonly number[];
}

/**
 * The limit of an adversarially trained classifier as n, N, d grow in proportion. In the phase 'separable' its scale means
 * nothing: it is then given at E f(x)^2 = 1.
 */
export interface ClassificationRisk {
  /** P(y f(x) < 0) on new data */
  readonly error: number;
  /** P(y f(x + delta) < 0 for some |delta| <= epsTest) */
  readonly robustError: number;
  /** the radius `robustError` belongs to */
  readonly epsTest: number;
  /** |grad f(x)|, which concentrates; trained against linf |grad f(x)|_1/sqrt(d) */
  readonly gradientNorm: number;
  /** both norms of the gradient, where `norm`, `testNorm` or `signal` is given */
  readonly gradientNorms?: GradientNorms;
  /** |theta|^2 */
  readonly thetaNormSquared: number;
  /** E f(x)^2 */
  readonly outputVariance: number;
  /** E f(x) <x, beta> */
  readonly overlap: number;
  /** mean of the worst losses over the training balls, the penalty not included */
  readonly trainingLoss: number;
  /** share of the worst training margins that the kink of the loss holds; in the phase 'separable', of support vectors */
  readonly kinkFraction: number;
  /** the law of y f(x) on new data, for {@link marginBelow} */
  readonly margins: MarginDistribution;
  /** what turns it into the law of y f(x) on the training rows, for {@link trainingMarginBelow} */
  readonly trainingMargins: TrainingMargins;
  /**
   * 'learning'; 'null': theta = 0, eps is critical or beyond, and the error that of guessing; 'immune': the same of the
   * features that the attack reaches, while those with J = 0 are used as without attack (of infinitely wide random features
   * the output then vanishes, and is given at E f(x)^2 = 1); 'separable': lambda = 0 and n/d
   * at most the robust capacity: the limit as lambda falls to 0, the robust max-margin classifier.
   */
  readonly phase: 'learning' | 'null' | 'immune' | 'separable';
  /** evaluations of the saddle-point equations; 0 for a phase known in closed form */
  readonly iterations: number;
  /** largest relative error of the saddle-point equations */
  readonly residual: number;
  /** residual below 1e-9 */
  readonly converged: boolean;
}

/** The names of the options that are numbers, which can run along an axis. */
export const CLASSIFICATION_NUMBERS = { ...REGRESSION_NUMBERS, flip: true } as const;

export const CLASSIFICATION_OPTIONS: OptionNames<ClassificationOptions> = {
  ...CLASSIFICATION_NUMBERS,
  loss: true,
  labels: true,
  norm: true,
  testNorm: true,
  signal: true,
};

/** A problem whose options are checked. */
export interface ClassificationProblem extends MarginProblem {
  /** the loss itself and its slope, from the left */
  readonly value: (w: number) => number;
  readonly derivative: (w: number) => number;
  /** the loss as it was given; of the tail of one's own nothing is known */
  readonly loss: MarginLoss;
}

/** A classification, its options checked. */
export interface ResolvedClassification {
  readonly problem: ClassificationProblem;
  readonly epsTest: number;
  /** there where a norm or a law of the signal is given */
  readonly attack?: AttackKind;
}

/** A share of the signal's variance that is rounding. */
const NOTHING = 1e-28;

/**
 * Who draws the labels, as these features see it: to features that hold nothing of the signal they are random.
 * @throws InvalidArgumentError naming the option that is outside its domain
 */
export function teacherOn(
  map: FeatureMap,
  {
    labels,
    flip = 0,
    tau = 0,
    rho = 1,
    nonlinearEnergy = 0,
  }: Pick<ClassificationOptions, 'labels' | 'flip' | 'tau' | 'rho' | 'nonlinearEnergy'>,
): Teacher {
  const teacher = teacherOf({
    signal: checkPositive('rho', rho) ** 2 * map.signalVariance,
    ...(labels !== undefined && { labels }),
    tau: checkNonNegative('tau', tau),
    besides: checkNonNegative('nonlinearEnergy', nonlinearEnergy),
    flip,
  });
  return map.moments(1, 1, 0).signal > NOTHING * map.signalVariance ? teacher : { ...teacher, flip: 0.5 };
}

/** @throws InvalidArgumentError naming the option that is unknown or outside its domain */
export function resolveClassification(
  map: FeatureMap,
  options: ClassificationOptions,
): ResolvedClassification {
  checkOptions('classification', options, CLASSIFICATION_OPTIONS);
  const { psi2, eps, loss, lambda = 0, rho = 1, epsTest = eps } = options;
  checkPositive('psi2', psi2);
  checkNonNegative('eps', eps);
  checkNonNegative('lambda', lambda);
  checkNonNegative('epsTest', epsTest);
  const attack = attackKind(options);
  const teacher = teacherOn(map, options);
  return {
    problem: { psi2, eps, lambda, rho, teacher, ...marginLoss(loss), loss },
    epsTest,
    ...(attack && { attack }),
  };
}
