import { adversarialRiskAt } from './adversarialRisk.ts';
import { ChannelEquations } from './channelEquations.ts';
import { newAverages } from './channels/averages.ts';
import { secondMoment } from './channels/noise.ts';
import { ResidualLaw } from './channels/residualLaw.ts';
import {
  CRITICAL,
  type CriticalPoint,
  criticalPoint,
  immuneRadius,
  residualScore,
} from './criticalRadius.ts';
import { fitsExactlyUnderNoise } from './exactUnderNoise.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { alongPath, solveFixedPoint, solveFromStarts, weakerPenalties } from './fixedPoint.ts';
import { coordinatesOf, DENSE } from './linf/norms.ts';
import { type Phase, SQUARE } from './phases.ts';
import { CoordinateReadOut, evenCurvature } from './readOuts/coordinateReadOut.ts';
import { nothingStandsOut } from './readOuts/criticalDirection.ts';
import type { AsymptoticRisk } from './risk.ts';
import { solveSaddlePoint } from './saddlePoint.ts';
import { type ResidualProblem, readOutOf } from './trainingProblem.ts';

const ACCEPTED = 1e-9;
/** Below this radius squares of eps underflow against linf, while its limit has long been reached. */
const LEAST_EPS = 1e-60;
/** Of the logarithms of V and q, in faint solutions. */
const FAINT = 20;

/** A solution, and the point it was found at, from which a neighbour may start. */
export interface SolvedRegression {
  readonly risk: AsymptoticRisk;
  readonly at?: Float64Array | undefined;
  /** E f(x) <x, beta>/rho^2 */
  readonly alignment: number;
}

/** Solves a regression with any noise and loss, in l2 or against linf: decides the phase first. */
export function solveRegression(
  map: FeatureMap,
  problem: ResidualProblem,
  epsTest: number,
  start?: Float64Array,
): SolvedRegression {
  const { eps, lambda, psi2, rho, noise, channel, signal } = problem;
  if (signal && eps < LEAST_EPS) {
    // As both vanish only lambda/eps^2 matters; beside any other lambda so small an attack is no smaller than this one.
    const grown = lambda === 0 ? 0 : (Math.sqrt(lambda) * (LEAST_EPS / eps)) ** 2;
    const near = { ...problem, eps: LEAST_EPS, lambda: grown < LEAST_EPS ? grown : lambda };
    return solveRegression(map, near, epsTest, start);
  }
  const score = residualScore(map, problem);
  const critical = eps > 0 ? criticalPoint(map, problem, score) : { eps: Infinity };
  const invisible = signal && nothingStandsOut(coordinatesOf(map), signal, problem, score);
  if (invisible || eps >= CRITICAL * critical.eps) return nullSolution(map, problem, epsTest);
  if (eps === 0 && lambda === 0 && psi2 <= map.rank * (1 + SQUARE))
    return leastNormInterpolator(map, problem, epsTest);
  const exact = fitsExactlyUnderNoise(map, problem);
  if (exact) {
    const variance = secondMoment(noise);
    const fitted = { ...exact, trainingError: variance };
    const risk = riskOf(variance, new ResidualLaw(noise, 0), 'exact', fitted, CLOSED, epsTest);
    return { risk, alignment: map.signalVariance };
  }
  if (eps > 0 && map.unattacked && !signal) {
    const immune = immuneSolution(map.unattacked, problem, epsTest);
    if (immune) return immune;
  }

  const { equations, x, ...steps } = solveLearning(map, problem, critical, start);
  const { law, averages, readOut, V } = equations;
  const { gradientNorm, gradientNorms } = readOut;
  const fitted = {
    gradientNorm,
    ...(gradientNorms && { gradientNorms }),
    thetaNormSquared: readOut.normSquared,
    trainingLoss: averages.loss,
    trainingError: channel.trainingError(law, V, eps * gradientNorm),
    interpolatedFraction: averages.kink,
  };
  const phase = eps === 0 && lambda === 0 ? 'ridgeless' : 'learning';
  const ended = { ...steps, converged: steps.residual < ACCEPTED };
  return {
    risk: riskOf(law.missed + secondMoment(noise), law, phase, fitted, ended, epsTest),
    at: x,
    alignment: readOut.overlap / rho ** 2,
  };
}

const equationsOf = (map: FeatureMap, problem: ResidualProblem): ChannelEquations<ResidualLaw> =>
  new ChannelEquations(
    readOutOf(map, problem),
    new ResidualLaw(problem.noise),
    problem.channel,
    problem.eps,
    { scale: problem.rho * Math.sqrt(map.signalVariance), q: 0.3 * problem.rho },
  );

function solveLearning(
  map: FeatureMap,
  problem: ResidualProblem,
  critical: CriticalPoint,
  start: Float64Array | undefined,
) {
  const equations = equationsOf(map, problem);
  const near = start?.length === equations.size ? start.slice() : undefined;
  const cold = () => ({ x: equations.start(), near: false });
  const square = () => squareStart(map, problem, equations);
  const found = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      () => beyondNull(problem, critical),
      ...(problem.signal ? [square, cold, () => faintStart(equations)] : [cold, square]),
      () =>
        alongPath(weakerPenalties(problem), (on, from) => {
          const penalised = equationsOf(map, on);
          const at = from ?? penalised.start();
          return { at, ...solveFixedPoint(penalised.step, at, from !== undefined) };
        }),
    ],
    ACCEPTED,
  );
  return { equations, ...found };
}

interface NearStart {
  readonly x: Float64Array;
  readonly near: true;
}

/** The solution for the square loss and Gaussian noise of the same variance, in l2. */
function squareStart(
  map: FeatureMap,
  problem: ResidualProblem,
  { law, averages, readOut }: ChannelEquations<ResidualLaw>,
): NearStart | undefined {
  const { psi2, lambda, rho, signal, channel } = problem;
  const noise = secondMoment(problem.noise);
  // About as strong an attack as the one in linf.
  const unit = signal ? DENSE : 1;
  const eps = unit * problem.eps;
  const square = solveSaddlePoint(map, { psi2, eps, lambda, noise, rho });
  const { phase, risk, kappa, q, thetaNormSquared } = square;
  const missed = risk - noise;
  if (phase !== 'learning' || !(missed > 0)) return undefined;
  const x = [0.5 * Math.log(missed), -Math.log(kappa), ...(eps > 0 ? [Math.log(unit * q)] : [])];
  if (readOut instanceof CoordinateReadOut && readOut.unknowns > 0) {
    const { psi1, mu1, muStarSquared, nuSquared } = readOut.model;
    law.missed = missed;
    const { eta, attack } = channel.averages(law, 1 / kappa, eps * q, averages);
    const zeta = (eps * attack) / q;
    const shift = (eta * muStarSquared + zeta * nuSquared + lambda) / (mu1 * mu1);
    x.push(Math.log(thetaNormSquared), Math.log(evenCurvature(psi1, shift, eta + zeta)));
  }
  return { x: Float64Array.from(x), near: true };
}

/** Near the critical radius in linf theta has its direction there, and a size that falls to 0 with the distance. */
function beyondNull(
  { rho, eps }: ResidualProblem,
  { eps: limit, direction }: CriticalPoint,
): NearStart | undefined {
  if (!direction || limit === Infinity) return undefined;
  const { gradientNorm, susceptibility, curvature } = direction;
  const size = Math.max(1e-12, 1 - eps / limit) * (rho / gradientNorm);
  const sizes = [rho, susceptibility * size, gradientNorm * size, size * size, curvature / size];
  return { x: Float64Array.from(sizes, Math.log), near: true };
}

/** Where an attack has left next to nothing: there the equations give V and q with little knowledge of either. */
function faintStart(equations: ChannelEquations<ResidualLaw>): NearStart {
  const x = equations.start();
  const out = x.slice();
  x[1] = -FAINT;
  x[2] = -FAINT;
  for (let i = 0; i < 4; i++) {
    equations.step(x, out);
    x.set(out);
  }
  return { x, near: true };
}

function nullSolution(map: FeatureMap, problem: ResidualProblem, epsTest: number): SolvedRegression {
  const { rho, noise, channel } = problem;
  const law = new ResidualLaw(noise, rho * rho * map.signalVariance);
  const standardRisk = law.missed + secondMoment(noise);
  const fitted = {
    gradientNorm: 0,
    ...(problem.signal && { gradientNorms: { l2: 0, linf: 0 } }),
    thetaNormSquared: 0,
    trainingLoss: channel.untrained(law, newAverages()).loss,
    trainingError: standardRisk,
    interpolatedFraction: 0,
  };
  return { risk: riskOf(standardRisk, law, 'null', fitted, CLOSED, epsTest), alignment: 0 };
}

/** eps = lambda = 0, n <= rank F: every loss that is least at 0 has the interpolator of least norm in the limit. */
function leastNormInterpolator(map: FeatureMap, problem: ResidualProblem, epsTest: number): SolvedRegression {
  const { psi2, eps, lambda, rho } = problem;
  const variance = secondMoment(problem.noise);
  const found = solveSaddlePoint(map, { psi2, eps, lambda, noise: variance, rho });
  const law = new ResidualLaw(problem.noise, found.risk - variance);
  const fitted = {
    gradientNorm: found.q,
    thetaNormSquared: found.thetaNormSquared,
    trainingLoss: 0,
    trainingError: 0,
    interpolatedFraction: 1,
  };
  return {
    risk: riskOf(found.risk, law, found.phase, fitted, found, epsTest),
    alignment: found.alignment,
  };
}

/** The solution on the features that the attack does not reach, where they are all that is used. */
function immuneSolution(
  unattacked: UnattackedFeatures,
  problem: ResidualProblem,
  epsTest: number,
): SolvedRegression | undefined {
  const free = { ...problem, eps: 0 };
  const { risk, at, alignment } = solveRegression(unattacked.map, free, epsTest);
  if (risk.phase === 'exact' || risk.phase === 'infinite') return { risk, alignment };
  // Where they leave no loss of their own, any attack is too strong for the others.
  if (at) {
    const alone = equationsOf(unattacked.map, free);
    alone.step(at, new Float64Array(at.length));
    if (problem.eps < CRITICAL * immuneRadius(unattacked, problem, alone.averages)) return undefined;
  }
  return { risk: { ...risk, phase: 'immune' }, alignment };
}

const CLOSED = { iterations: 0, residual: 0, converged: true };

type Fitted = Pick<
  AsymptoticRisk,
  | 'gradientNorm'
  | 'gradientNorms'
  | 'thetaNormSquared'
  | 'trainingLoss'
  | 'trainingError'
  | 'interpolatedFraction'
>;

function riskOf(
  standardRisk: number,
  law: ResidualLaw,
  phase: Phase,
  fitted: Fitted,
  { iterations, residual, converged }: Pick<AsymptoticRisk, 'iterations' | 'residual' | 'converged'>,
  epsTest: number,
): AsymptoticRisk {
  const { gradientNorm } = fitted;
  const absoluteRisk = standardRisk === Infinity ? Infinity : law.absolute;
  const adversarialRisk = adversarialRiskAt({ standardRisk, gradientNorm, absoluteRisk }, epsTest);
  return {
    standardRisk,
    adversarialRisk,
    epsTest,
    absoluteRisk,
    ...fitted,
    phase,
    iterations,
    residual,
    converged,
  };
}
