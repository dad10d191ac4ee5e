import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive, UserError } from '../errors.ts';
import { newPartialMoments } from './channels/averages.ts';
import { solveCapacity } from './channels/capacityEquations.ts';
import { criticalMarginRadius } from './channels/criticalMarginRadius.ts';
import { hardMargin } from './channels/hardMargin.ts';
import { immuneRadius } from './channels/immunity.ts';
import { type LabelLaw, teacherOf } from './channels/labels.ts';
import { type MarginLoss, marginLoss } from './channels/losses.ts';
import { MarginEquations, type MarginProblem } from './channels/marginEquations.ts';
import { MarginLaw, type Teacher } from './channels/marginLaw.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { type FixedPoint, solveFixedPoint, solveFromStarts, weakerPenalties } from './fixedPoint.ts';
import { solveLinfCapacity } from './linf/capacityEquations.ts';
import { criticalLinfMargin, labelScore, nothingStandsOut } from './linf/criticalRadius.ts';
import { LinfMarginEquations } from './linf/marginEquations.ts';
import {
  type AttackKind,
  type AttackOptions,
  attackKind,
  axesOf,
  coordinatesOf,
  DENSE,
  type GradientNorms,
  type Norm,
  normOf,
  rotationInvariantNorms,
} from './linf/norms.ts';
import type { SignalLaw } from './linf/signal.ts';
import { CRITICAL } from './phases.ts';
import type { TrainingMargins } from './trainingMargins.ts';

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
   * features that the attack reaches, while those with J = 0 are used as without attack; 'separable': lambda = 0 and n/d
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

export const CLASSIFICATION_OPTIONS: OptionNames<ClassificationOptions> = {
  psi2: true,
  eps: true,
  loss: true,
  labels: true,
  flip: true,
  lambda: true,
  tau: true,
  rho: true,
  epsTest: true,
  nonlinearEnergy: true,
  norm: true,
  testNorm: true,
  signal: true,
};

/** A problem whose options are checked; the loss at 0 belongs to the null phase. */
export interface ClassificationProblem extends MarginProblem {
  readonly atZero: number;
  /** the loss as it was given; of the tail of one's own nothing is known */
  readonly loss: MarginLoss;
  /** the law of the signal's coordinates, where the attack in training is one of linf on features with a linear part */
  readonly signal?: SignalLaw;
}

/** A classification, its options checked. */
export interface ResolvedClassification {
  readonly problem: ClassificationProblem;
  readonly epsTest: number;
  /** there where a norm or a law of the signal is given */
  readonly attack?: AttackKind;
}

/** @throws InvalidArgumentError naming the option that is unknown or outside its domain */
export function resolveClassification(
  map: FeatureMap,
  options: ClassificationOptions,
): ResolvedClassification {
  checkOptions('classification', options, CLASSIFICATION_OPTIONS);
  const { psi2, eps, loss, labels, flip = 0, lambda = 0, tau = 0, rho = 1 } = options;
  const { epsTest = eps, nonlinearEnergy = 0 } = options;
  checkPositive('psi2', psi2);
  checkNonNegative('eps', eps);
  checkNonNegative('lambda', lambda);
  checkNonNegative('epsTest', epsTest);
  const attack = attackKind(options);
  const teacher = teacherOf({
    signal: checkPositive('rho', rho) ** 2 * map.signalVariance,
    ...(labels !== undefined && { labels }),
    tau: checkNonNegative('tau', tau),
    besides: checkNonNegative('nonlinearEnergy', nonlinearEnergy),
    flip,
  });
  return {
    problem: { psi2, eps, lambda, rho, teacher, ...marginLoss(loss), loss },
    epsTest,
    ...(attack && { attack }),
  };
}

const ACCEPTED = 1e-9;

/** A solution, and the point it was found at, from which a neighbour may start. */
export interface SolvedClassification {
  readonly risk: ClassificationRisk;
  readonly at?: Float64Array;
}

/** Solves a problem: decides the phase first. Both norms of the gradient are given where `attack` asks for them. */
export function solveClassification(
  map: FeatureMap,
  problem: ClassificationProblem,
  epsTest: number,
  attack?: AttackKind,
  start?: Float64Array,
): SolvedClassification {
  if (!attack) return solveTraining(map, problem, epsTest, start);
  const { norm, testNorm, signal } = attack;
  const { eps } = problem;
  const axes = axesOf(map) !== undefined && norm === 'linf' && eps > 0;
  const { risk, at } = solveTraining(
    map,
    { ...problem, ...(axes ? { signal } : norm === 'linf' && { eps: DENSE * eps }) },
    0,
    start,
  );
  const { rho } = problem;
  const gradientNorms =
    risk.gradientNorms ?? rotationInvariantNorms(signal, risk.overlap / rho ** 2, rho, risk.gradientNorm);
  const found = { ...risk, gradientNorm: gradientNorms[norm], gradientNorms, epsTest };
  return {
    risk: { ...found, robustError: robustErrorAt(found, epsTest, testNorm) },
    ...(at && { at }),
  };
}

type Equations = MarginEquations | LinfMarginEquations;

const equationsOf = (map: FeatureMap, problem: TrainingProblem): Equations =>
  problem.signal
    ? new LinfMarginEquations(coordinatesOf(map), { ...problem, signal: problem.signal })
    : new MarginEquations(map, problem);

type TrainingProblem = MarginProblem & Pick<ClassificationProblem, 'signal'>;

/** The critical radius, or for speed less where that is beyond eps: no attack in l2 is weaker than one in linf. */
function criticalRadius(map: FeatureMap, problem: TrainingProblem): number {
  const inL2 = criticalMarginRadius(map, problem);
  const { signal } = problem;
  return signal === undefined || problem.eps < inL2
    ? inL2
    : criticalLinfMargin(coordinatesOf(map), { ...problem, signal }).eps;
}

function solveTraining(
  map: FeatureMap,
  problem: ClassificationProblem,
  epsTest: number,
  start: Float64Array | undefined,
): SolvedClassification {
  const { eps, lambda, psi2, signal } = problem;
  const invisible =
    signal && nothingStandsOut(coordinatesOf(map), { ...problem, signal }, labelScore(problem.teacher), eps);
  if (invisible || (eps > 0 && eps >= CRITICAL * criticalRadius(map, problem)))
    return { risk: nullRisk(problem, epsTest) };
  if (eps > 0 && map.unattacked) {
    const immune = immuneClassification(map.unattacked, problem, epsTest);
    if (immune) return immune;
  }
  const capacity =
    lambda > 0
      ? 0
      : (signal ? solveLinfCapacity(coordinatesOf(map), { ...problem, signal }) : solveCapacity(map, problem))
          .psi2;
  if (lambda === 0 && psi2 <= capacity) {
    if (typeof problem.loss !== 'string')
      throw new UserError(
        'no limit of a loss of one’s own without a penalty where the labels can be fitted: give lambda > 0',
      );
    // Scaled by 1/lambda the equations of the max-margin classifier are those of another loss at lambda = 1.
    const hard = { ...problem, lambda: 1, channel: hardMargin(1) };
    const { equations, x: at, ...steps } = solveLearning(map, hard, start, capacity);
    return { risk: riskOf(equations, 'hardMargin', steps, epsTest), at };
  }
  const { equations, x: at, ...steps } = solveLearning(map, problem, start);
  return { risk: riskOf(equations, problem.loss, steps, epsTest), at };
}

/** The solution on the features that the attack does not reach, where they are all that is used. */
function immuneClassification(
  unattacked: UnattackedFeatures,
  problem: ClassificationProblem,
  epsTest: number,
): SolvedClassification | undefined {
  const free = { ...problem, eps: 0 };
  const { risk, at } = solveClassification(unattacked.map, free, epsTest);
  if (!at) return undefined;
  const hard = risk.phase === 'separable';
  const asked = hard ? { ...free, lambda: 1, channel: hardMargin(1) } : free;
  const equations = new MarginEquations(unattacked.map, asked);
  equations.step(at, new Float64Array(at.length));
  if (problem.eps < CRITICAL * immuneRadius(unattacked, equations.averages, asked)) return undefined;
  return { risk: hard ? risk : { ...risk, phase: 'immune' } };
}

function solveLearning(
  map: FeatureMap,
  problem: TrainingProblem,
  start: Float64Array | undefined,
  capacity = Infinity,
): FixedPoint & { readonly x: Float64Array; readonly equations: Equations } {
  const equations = equationsOf(map, problem);
  const near = start?.length === equations.size ? start.slice() : undefined;
  const found = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      // Near the capacity the output is too large to be found from nowhere.
      () => (problem.psi2 > 0.9 * capacity ? towardsCapacity(map, problem, capacity) : undefined),
      () => ({ x: equations.start(), near: false }),
      () => weakerPenalties((lambda, x) => fixedPoint(map, { ...problem, lambda }, x), problem.lambda),
    ],
    ACCEPTED,
  );
  return { equations, ...found };
}

/** Halvings of the distance to the capacity, at which the output grows without bound. */
const HALVINGS = 60;

/** A start below the capacity: from half of it on, each start extrapolated from the last two solutions. */
function towardsCapacity(
  map: FeatureMap,
  problem: TrainingProblem,
  capacity: number,
): { readonly x: Float64Array; readonly near: boolean } | undefined {
  let before: Float64Array | undefined;
  let last: Float64Array | undefined;
  for (let halvings = 1; halvings < HALVINGS; halvings++) {
    const psi2 = capacity * (1 - 2 ** -halvings);
    if (psi2 >= problem.psi2) break;
    const next = last?.map((value, i) => value + (before ? value - before[i]! : 0));
    const { at, residual } = fixedPoint(map, { ...problem, psi2 }, next);
    if (!(residual < ACCEPTED)) break;
    before = last;
    last = at;
  }
  return last && { x: last, near: true };
}

/** Ends at a problem's equations, from x or from nowhere. */
function fixedPoint(map: FeatureMap, problem: TrainingProblem, x: Float64Array | undefined) {
  const equations = equationsOf(map, problem);
  const at = x ?? equations.start();
  return { at, ...solveFixedPoint(equations.step, at, x !== undefined) };
}

function riskOf(
  equations: Equations,
  loss: MarginLoss | 'hardMargin',
  { iterations, residual }: { readonly iterations: number; readonly residual: number },
  epsTest: number,
): ClassificationRisk {
  const { averages, law } = equations;
  const { channel, eps } = equations.problem;
  const separable = loss === 'hardMargin';
  // A direction without a scale is given at Q = 1.
  const unit = separable ? 1 / equations.outputVariance : 1;
  const outputVariance = equations.outputVariance * unit;
  const margins = {
    scale: Math.sqrt(outputVariance),
    flip: law.teacher.flip,
    slopes: [...law.slopes],
    weights: [...law.weights],
  };
  const [gradientNorm, gradientNorms] =
    equations instanceof LinfMarginEquations
      ? [equations.gradientNorm * Math.sqrt(unit), scaled(equations.gradientNorms, Math.sqrt(unit))]
      : [Math.sqrt(equations.gradientSquared * unit)];
  return {
    error: errorOf(margins),
    robustError: robustErrorAt({ margins, gradientNorm }, epsTest),
    epsTest,
    gradientNorm,
    ...(gradientNorms && { gradientNorms }),
    thetaNormSquared: equations.thetaNormSquared * unit,
    outputVariance,
    overlap: equations.overlap * Math.sqrt(unit),
    trainingLoss: channel.trainingLoss?.(law, equations.V, eps * equations.gradientNorm) ?? averages.loss,
    kinkFraction: averages.kink,
    margins,
    trainingMargins: {
      proximal: separable ? 0 : equations.V,
      attacked: eps * gradientNorm,
      loss,
      ...(separable && { leastMargin: Math.sqrt(unit) }),
    },
    phase: separable ? 'separable' : 'learning',
    iterations,
    residual,
    converged: residual < ACCEPTED,
  };
}

const scaled = ({ l2, linf }: GradientNorms, by: number): GradientNorms => ({ l2: l2 * by, linf: linf * by });

const nullRisk = ({ atZero, teacher, loss }: ClassificationProblem, epsTest: number): ClassificationRisk => ({
  // What guessing would do, with and without attack.
  error: 0.5,
  robustError: 0.5,
  epsTest,
  gradientNorm: 0,
  thetaNormSquared: 0,
  outputVariance: 0,
  overlap: 0,
  trainingLoss: atZero,
  kinkFraction: 0,
  margins: {
    scale: 0,
    flip: teacher.flip,
    slopes: teacher.latent.map(() => 0),
    weights: teacher.latent.map(({ weight }) => weight),
  },
  trainingMargins: { proximal: 0, attacked: 0, loss },
  phase: 'null',
  iterations: 0,
  residual: 0,
  converged: true,
});

/** p + (1 - 2p) times the angle between output and latent variable over pi. */
function errorOf({ flip, slopes, weights }: MarginDistribution): number {
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
