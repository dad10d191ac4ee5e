import { UserError } from '../errors.ts';
import { solveCapacity } from './channels/capacityEquations.ts';
import { criticalMarginRadius } from './channels/criticalMarginRadius.ts';
import { hardMargin } from './channels/hardMargin.ts';
import { immuneRadius } from './channels/immunity.ts';
import type { MarginLoss } from './channels/losses.ts';
import { MarginEquations, type MarginProblem } from './channels/marginEquations.ts';
import type { ClassificationProblem, ClassificationRisk } from './classification.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { type FixedPoint, solveFixedPoint, solveFromStarts, weakerPenalties } from './fixedPoint.ts';
import { solveLinfCapacity } from './linf/capacityEquations.ts';
import { criticalLinfMargin, labelScore, nothingStandsOut } from './linf/criticalRadius.ts';
import { LinfMarginEquations } from './linf/marginEquations.ts';
import {
  type AttackKind,
  axesOf,
  coordinatesOf,
  DENSE,
  type GradientNorms,
  rotationInvariantNorms,
} from './linf/norms.ts';
import { CRITICAL } from './phases.ts';
import { errorOf, robustErrorAt } from './robustError.ts';

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
  const { equations, x: at, ...steps } = solveLearning(map, problem, start, capacity);
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
  capacity: number,
): FixedPoint & { readonly x: Float64Array; readonly equations: Equations } {
  const equations = equationsOf(map, problem);
  const near = start?.length === equations.size ? start.slice() : undefined;
  const found = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      () => (problem.psi2 <= capacity ? towardsCapacity(map, problem, capacity) : undefined),
      () => ({ x: equations.start(), near: false }),
      () => (problem.psi2 > capacity ? towardsCapacity(map, problem, capacity || Infinity) : undefined),
      () => weakerPenalties((lambda, x) => fixedPoint(map, { ...problem, lambda }, x), problem.lambda),
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
 * A start near the capacity, from far from it on its side, each start extrapolated from the last two solutions: there the output
 * is too large to be found from nowhere. With a penalty there is no capacity, and the output may still be large.
 * @param capacity Infinity for none
 */
function towardsCapacity(
  map: FeatureMap,
  problem: TrainingProblem,
  capacity: number,
): { readonly x: Float64Array; readonly near: boolean } | undefined {
  const below = problem.psi2 < capacity;
  let before: Float64Array | undefined;
  let last: Float64Array | undefined;
  let psi2 = below ? Math.min(FEW, 0.5 * capacity) : MANY * capacity;
  while (below === psi2 < problem.psi2 && Math.abs(capacity - psi2) > LEFT * psi2) {
    const next = last?.map((value, i) => value + (before ? value - before[i]! : 0));
    const { at, residual } = fixedPoint(map, { ...problem, psi2 }, next);
    if (!(residual < ACCEPTED)) break;
    before = last;
    last = at;
    const halfway = 0.5 * (psi2 + capacity);
    psi2 = below ? Math.min(GROWTH * psi2, halfway) : halfway;
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
