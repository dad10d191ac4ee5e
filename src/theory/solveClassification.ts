import { UserError } from '../errors.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import { ChannelEquations } from './channelEquations.ts';
import { hardMargin } from './channels/hardMargin.ts';
import type { MarginLoss } from './channels/losses.ts';
import { MarginLaw } from './channels/marginLaw.ts';
import type { ClassificationProblem, ClassificationRisk, ResolvedClassification } from './classification.ts';
import { CRITICAL, criticalPoint, immuneRadius, labelScore } from './criticalRadius.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { alongPath, solveFixedPoint, solveFromStarts, weakerPenalties } from './fixedPoint.ts';
import { bothNorms, coordinatesOf, type GradientNorms } from './linf/norms.ts';
import { nothingStandsOut } from './readOuts/criticalDirection.ts';
import { errorOf, robustErrorAt } from './robustError.ts';
import { solveCapacity } from './solveCapacity.ts';
import { attackedBy, type MarginProblem, readOutOf } from './trainingProblem.ts';

const ACCEPTED = 1e-9;

/** A solution, and the point it was found at, from which a neighbour may start. */
export interface SolvedClassification {
  readonly risk: ClassificationRisk;
  readonly at?: Float64Array | undefined;
}

/** Solves a problem whose options are checked; from a neighbour's solution, if given. */
export function solveClassification(
  map: FeatureMap,
  { problem, epsTest, attack }: ResolvedClassification,
  start?: Float64Array,
): SolvedClassification {
  if (!attack) return solveTraining(map, problem, epsTest, start);
  const { risk, at } = solveTraining(map, attackedBy(map, problem, attack), epsTest, start);
  const { rho } = problem;
  const found = { ...risk, ...bothNorms(map, attack, risk, risk.overlap / rho ** 2, rho) };
  return { risk: { ...found, robustError: robustErrorAt(found, epsTest, attack.testNorm) }, at };
}

/** Decides the phase first. */
function solveTraining(
  map: FeatureMap,
  problem: ClassificationProblem,
  epsTest: number,
  start: Float64Array | undefined,
): SolvedClassification {
  const { eps, lambda, psi2, signal } = problem;
  const score = labelScore(problem.teacher);
  const invisible = signal && nothingStandsOut(coordinatesOf(map), signal, problem, score);
  if (invisible || (eps > 0 && eps >= CRITICAL * criticalPoint(map, problem, score).eps))
    return { risk: guessing(problem, epsTest) };
  if (map.rank === Infinity && map.activation?.mu1 === 0)
    return { risk: memorisedRisk(map, map, problem, epsTest, eps > 0 ? 'immune' : 'learning') };
  if (eps > 0 && map.unattacked && !signal) {
    const immune = immuneClassification(map, map.unattacked, problem, epsTest);
    if (immune) return immune;
  }
  const capacity = lambda > 0 ? 0 : solveCapacity(map, problem).psi2;
  if (lambda === 0 && psi2 <= capacity) {
    if (typeof problem.loss !== 'string')
      throw new UserError(
        'no limit of a loss of one’s own without a penalty where the labels can be fitted: give lambda > 0',
      );
    // Scaled by 1/lambda the equations of the max-margin classifier are those of another loss at lambda = 1.
    const hard = { ...problem, lambda: 1, channel: hardMargin(1) };
    const { equations, x: at, ...steps } = solveLearning(map, hard, start, capacity);
    return { risk: riskOf(equations, hard, 'hardMargin', steps, epsTest), at };
  }
  const { equations, x: at, ...steps } = solveLearning(map, problem, start, capacity);
  return { risk: riskOf(equations, problem, problem.loss, steps, epsTest), at };
}

/** The solution on the features that the attack does not reach, where they are all that is used. */
function immuneClassification(
  whole: FeatureMap,
  unattacked: UnattackedFeatures,
  problem: ClassificationProblem,
  epsTest: number,
): SolvedClassification | undefined {
  const { map } = unattacked;
  if (map.rank === Infinity) {
    // Their score is one number, of which only the scale matters.
    const score = { ...labelScore(problem.teacher), eta: 0 };
    const below = problem.eps < CRITICAL * immuneRadius(unattacked, problem, score);
    return below ? undefined : { risk: memorisedRisk(whole, map, problem, epsTest, 'immune') };
  }
  const free = { ...problem, eps: 0 };
  const { risk, at } = solveTraining(map, free, epsTest, undefined);
  if (!at) return undefined;
  const hard = risk.phase === 'separable';
  const asked = hard ? { ...free, lambda: 1, channel: hardMargin(1) } : free;
  const equations = equationsOf(map, asked);
  equations.step(at, new Float64Array(at.length));
  if (problem.eps < CRITICAL * immuneRadius(unattacked, asked, equations.averages)) return undefined;
  return { risk: hard ? risk : { ...risk, phase: 'immune' } };
}

const equationsOf = (map: FeatureMap, problem: MarginProblem): ChannelEquations<MarginLaw> =>
  new ChannelEquations(
    readOutOf(map, problem),
    new MarginLaw(problem.teacher),
    problem.channel,
    problem.eps,
    { scale: 1, q: 0.5 },
  );

function solveLearning(
  map: FeatureMap,
  problem: MarginProblem,
  start: Float64Array | undefined,
  capacity: number,
) {
  const equations = equationsOf(map, problem);
  const near = start?.length === equations.size ? start.slice() : undefined;
  const along = (path: Iterable<MarginProblem>) => () =>
    alongPath(path, (on, from) => fixedPoint(map, on, from));
  const rows = along(towardsCapacity(problem, capacity || Infinity));
  const found = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      () => (problem.psi2 <= capacity ? rows() : undefined),
      () => ({ x: equations.start(), near: false }),
      () => (problem.psi2 > capacity ? rows() : undefined),
      along(weakerPenalties(problem)),
      along(strongerAttacks(problem)),
    ],
    ACCEPTED,
  );
  return { equations, ...found };
}

/** n/d that is solved from nowhere below the capacity, and above it in units of it. */
const FEW = 0.5;
const MANY = 4;
/** How fast few rows grow. */
const GROWTH = 1.5;
/** The nearest that a path comes to the capacity, in units of it. */
const LEFT = 2 ** -60;

/**
 * A path towards the capacity, from far from it on the side of n/d: near it the output is too large to be found from nowhere.
 * With a penalty there is no capacity, and the output may still be large.
 * @param capacity Infinity for none
 */
function* towardsCapacity(problem: MarginProblem, capacity: number): Generator<MarginProblem> {
  const below = problem.psi2 < capacity;
  let psi2 = below ? Math.min(FEW, 0.5 * capacity) : MANY * capacity;
  while (below === psi2 < problem.psi2 && Math.abs(capacity - psi2) > LEFT * psi2) {
    yield { ...problem, psi2 };
    const halfway = 0.5 * (psi2 + capacity);
    psi2 = below ? Math.min(GROWTH * psi2, halfway) : halfway;
  }
}

/** The radius that {@link strongerAttacks} begins at, and their longest step. */
const MODERATE = 0.5;
const STRONGER = 0.1;

/**
 * A path to a strong attack, ended by it: the hinge is a straight line to a small output, which no penalty holds and only the
 * tails of the margins do, so that its logarithm falls like the square of eps.
 */
function* strongerAttacks(problem: MarginProblem): Generator<MarginProblem> {
  const from = Math.min(MODERATE, 0.5 * problem.eps);
  const steps = Math.ceil((problem.eps - from) / STRONGER);
  for (let k = 0; k <= steps; k++)
    yield { ...problem, eps: k === steps ? problem.eps : from + (k / steps) * (problem.eps - from) };
}

/** Ends at a problem's equations, from x or from nowhere. */
function fixedPoint(map: FeatureMap, problem: MarginProblem, x: Float64Array | undefined) {
  const equations = equationsOf(map, problem);
  const at = x ?? equations.start();
  return { at, ...solveFixedPoint(equations.step, at, x !== undefined) };
}

function riskOf(
  { readOut, averages, law, V }: ChannelEquations<MarginLaw>,
  { channel, eps }: MarginProblem,
  loss: MarginLoss | 'hardMargin',
  { iterations, residual }: { readonly iterations: number; readonly residual: number },
  epsTest: number,
): ClassificationRisk {
  const separable = loss === 'hardMargin';
  // A direction without a scale is given at Q = 1.
  const unit = separable ? 1 / readOut.outputVariance : 1;
  const outputVariance = readOut.outputVariance * unit;
  const margins = {
    scale: Math.sqrt(outputVariance),
    flip: law.teacher.flip,
    slopes: [...law.slopes],
    weights: [...law.weights],
  };
  const gradientNorm = readOut.gradientNorm * Math.sqrt(unit);
  return {
    error: errorOf(margins),
    robustError: robustErrorAt({ margins, gradientNorm }, epsTest),
    epsTest,
    gradientNorm,
    ...(readOut.gradientNorms && { gradientNorms: scaled(readOut.gradientNorms, Math.sqrt(unit)) }),
    thetaNormSquared: readOut.normSquared * unit,
    outputVariance,
    overlap: readOut.overlap * Math.sqrt(unit),
    trainingLoss: channel.trainingLoss?.(law, V, eps * readOut.gradientNorm) ?? averages.loss,
    kinkFraction: averages.kink,
    margins,
    trainingMargins: {
      proximal: separable ? 0 : V,
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

/** A classifier whose output on fresh rows is 0: it guesses there, with and without attack. */
const guessing = ({ teacher, loss, value }: ClassificationProblem, epsTest: number): ClassificationRisk => ({
  error: 0.5,
  robustError: 0.5,
  epsTest,
  gradientNorm: 0,
  thetaNormSquared: 0,
  outputVariance: 0,
  overlap: 0,
  trainingLoss: value(0),
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

/**
 * Infinitely many features of which the attack reaches none fit the training rows one by one: every margin is the minimiser w of
 * l(w) + w^2/(2V), V = (1/n) tr F/lambda, and 1 in the limit of max-margin, lambda = 0. On fresh rows the output falls as
 * 1/sqrt(psi1), but not its direction, by which the errors are those of psi1 -> infinity.
 */
function memorisedRisk(
  whole: FeatureMap,
  unattacked: FeatureMap,
  problem: ClassificationProblem,
  epsTest: number,
  phase: ClassificationRisk['phase'],
): ClassificationRisk {
  const { lambda, psi2, value, derivative } = problem;
  const { traceF } = unattacked.moments(1, 0, 1);
  const V = traceF / (psi2 * lambda);
  const w = lambda === 0 ? 1 : increasingRoot((at) => at + V * derivative(at), 0).value;
  const direction = vanishingDirection(whole, problem);
  return {
    ...guessing(problem, epsTest),
    ...direction,
    error: errorOf(direction.margins),
    robustError: robustErrorAt(direction, epsTest),
    // Beside what is left on fresh rows.
    trainingMargins: {
      proximal: 0,
      attacked: problem.eps * direction.gradientNorm,
      loss: 'hardMargin',
      leastMargin: Infinity,
    },
    thetaNormSquared: (w * w * psi2) / traceF,
    trainingLoss: lambda === 0 ? 0 : value(w),
    phase,
  };
}

/**
 * The direction of a vanishing output at E f^2 = 1. The gradient of the nonlinear part, of norm nu |theta|, falls as 1/sqrt(psi1),
 * and the linear part with it: pulled by its score, held by zeta = eps/q, its gradient a is that pull times q/eps, so that
 * |a| = q radius/eps with the critical radius of the linear part alone; the rest of q^2 is nu^2 |theta|^2.
 */
function vanishingDirection(
  map: FeatureMap,
  { eps, psi2, rho, teacher }: ClassificationProblem,
): Pick<ClassificationRisk, 'margins' | 'gradientNorm' | 'outputVariance' | 'overlap'> {
  const { mu1, muStarSquared, nuSquared } = map.activation!;
  const { mu } = labelScore(teacher);
  const law = new MarginLaw(teacher);
  // At q = 1.
  const none = { pulled: 0, variance: 0, overlap: 0 };
  const linear = (): typeof none => {
    const { signal, signalF, traceFF, signalJ, traceFJ } = map.moments(0, eps, 0);
    const pull = (rho * mu) ** 2;
    return {
      pulled: pull * signalJ + traceFJ / psi2,
      variance: pull * signalF + traceFF / psi2,
      overlap: mu * rho * rho * signal,
    };
  };
  const { pulled, variance, overlap } = mu1 === 0 || eps === 0 ? none : linear();
  const output = variance + ((1 - pulled) * muStarSquared) / nuSquared;
  const scale = Math.sqrt(output);
  const alignment =
    overlap / Math.sqrt(Math.max(Number.MIN_VALUE, output * teacher.signal - overlap * overlap));
  law.set(1, alignment);
  return {
    margins: { scale: 1, flip: teacher.flip, slopes: [...law.slopes], weights: [...law.weights] },
    gradientNorm: 1 / scale,
    outputVariance: 1,
    overlap: overlap / scale,
  };
}
