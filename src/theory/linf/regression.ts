import { increasingRoot } from '../../numerics/rootFinding.ts';
import { newAverages } from '../channels/averages.ts';
import { secondMoment } from '../channels/noise.ts';
import { criticalResidualRadius, type ResidualKind } from '../channels/residualKind.ts';
import { ResidualLaw } from '../channels/residualLaw.ts';
import type { CoordinateModel, FeatureMap } from '../featureMaps/featureMap.ts';
import { solveFixedPoint, solveFromStarts, weakerPenalties } from '../fixedPoint.ts';
import { CRITICAL, type Phase } from '../phases.ts';
import type { Problem } from '../saddleEquations.ts';
import { solveSaddlePoint } from '../saddlePoint.ts';
import {
  type CriticalPoint,
  criticalLinfRegression,
  nothingStandsOut,
  untrainedScore,
} from './criticalRadius.ts';
import { coordinatesOf, DENSE, type GradientNorms } from './norms.ts';
import { LinfRegressionEquations, type LinfRegressionProblem } from './regressionEquations.ts';
import { newShrinkage, shrinkage } from './shrinkage.ts';
import type { SignalLaw } from './signal.ts';

const ACCEPTED = 1e-9;
/** A value of s beside |u| at which its limit 0 has been reached. */
const NEARLY = 1e-7;

/** Below this radius squares of eps underflow, while its limit has long been reached. */
const LEAST_EPS = 1e-60;
/** Of the logarithms of V and q, in faint solutions. */
const FAINT = 20;

/** A solution, and the point it was found at, from which a neighbour may start. */
export interface LinfRegression {
  readonly phase: Phase;
  /** E (f - u)^2 */
  readonly missed: number;
  /** the law of the residual of a fresh row */
  readonly law: ResidualLaw;
  readonly gradientNorms: GradientNorms;
  readonly thetaNormSquared: number;
  readonly trainingLoss: number;
  readonly trainingError: number;
  readonly interpolatedFraction: number;
  readonly iterations: number;
  readonly residual: number;
  readonly at?: Float64Array;
}

/** Solves a regression against linf, eps > 0: decides the phase first. `noise` of the problem is not used. */
export function solveLinfRegression(
  map: FeatureMap,
  problem: Problem,
  { channel, noise }: ResidualKind,
  signal: SignalLaw,
  start?: Float64Array,
): LinfRegression {
  const model = coordinatesOf(map);
  const { psi2, eps, lambda, rho } = problem;
  if (eps < LEAST_EPS) {
    // As both vanish only lambda/eps^2 matters; beside any other lambda so small an attack is no smaller than this one.
    const grown = lambda === 0 ? 0 : (Math.sqrt(lambda) * (LEAST_EPS / eps)) ** 2;
    const near = { ...problem, eps: LEAST_EPS, lambda: grown < LEAST_EPS ? grown : lambda };
    return solveLinfRegression(map, near, { channel, noise }, signal, start);
  }
  const full: LinfRegressionProblem = { psi2, eps, lambda, rho, signal, noise, channel };
  const critical = criticalPoint(map, model, full);
  if (critical && eps >= CRITICAL * critical.eps) return nullSolution(full);
  if (model.psi1 === Infinity) {
    if (nothingStandsOut(model, full, untrainedScore(full), eps)) return nullSolution(full);
    const exact = exactSolution(model, full);
    if (exact) return exact;
  }

  const equations = new LinfRegressionEquations(model, full);
  const variance = secondMoment(noise);
  const near = start?.length === equations.size ? start.slice() : undefined;
  const { x, iterations, residual } = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      () => critical && { x: beyondNull(full, critical), near: true },
      () => ({ x: denseStart(map, equations, variance), near: true }),
      () => ({ x: coldStart(equations), near: false }),
      () => ({ x: faintStart(equations), near: true }),
      () =>
        weakerPenalties((weaker, from) => {
          const stronger = new LinfRegressionEquations(model, { ...full, lambda: weaker });
          const at = from ?? coldStart(stronger);
          return { at, ...solveFixedPoint(stronger.step, at, from !== undefined) };
        }, lambda),
    ],
    ACCEPTED,
  );
  const { coordinates, law, averages, V } = equations;
  return {
    phase: 'learning',
    missed: law.missed,
    law,
    gradientNorms: { linf: coordinates.gradientNorm, l2: Math.sqrt(coordinates.gradientSquared) },
    thetaNormSquared: coordinates.normSquared,
    trainingLoss: averages.loss,
    trainingError: channel.trainingError(law, V, eps * coordinates.gradientNorm),
    interpolatedFraction: averages.kink,
    iterations,
    residual,
    at: x,
  };
}

/** Where nothing is known: theta about 1. */
function coldStart({ size, problem }: LinfRegressionEquations): Float64Array {
  const s = Math.log(problem.rho);
  return Float64Array.from([s, 0, Math.log(0.3 * problem.rho), 2 * s, 0])
    .subarray(0, size)
    .slice();
}

/** Where an attack has left next to nothing: there the equations give V and q with little knowledge of either. */
function faintStart(equations: LinfRegressionEquations): Float64Array {
  const x = coldStart(equations);
  const out = x.slice();
  x[1] = -FAINT;
  x[2] = -FAINT;
  for (let i = 0; i < 4; i++) {
    equations.step(x, out);
    x.set(out);
  }
  return x;
}

/** Where training in l2 against about as strong an attack leads. */
function denseStart(map: FeatureMap, equations: LinfRegressionEquations, variance: number): Float64Array {
  const { problem, averages, law, coordinates } = equations;
  const { psi2, lambda, rho } = problem;
  const eps = DENSE * problem.eps;
  const { phase, risk, kappa, q, thetaNormSquared } = solveSaddlePoint(map, {
    psi2,
    eps,
    lambda,
    rho,
    noise: variance,
  });
  const missed = risk - variance;
  if (phase !== 'learning' || !(missed > 0)) return coldStart(equations);
  const x = Float64Array.from([0.5 * Math.log(missed), -Math.log(kappa), Math.log(DENSE * q)]);
  if (!coordinates.finite) return x;
  const { psi1, mu1, muStarSquared, nuSquared } = coordinates.model;
  law.missed = missed;
  problem.channel.averages(law, 1 / kappa, eps * q, averages);
  const { eta, attack } = averages;
  const zeta = (eps * attack) / q;
  const bend = eta + zeta;
  const shift = (eta * muStarSquared + zeta * nuSquared + lambda) / (mu1 * mu1);
  const b = shift + bend * (1 - psi1);
  const root = Math.sqrt(b * b + 4 * psi1 * shift * bend);
  const curvature = b > 0 ? (b + root) / (2 * psi1) : (2 * shift * bend) / (root - b);
  return Float64Array.from([...x, Math.log(thetaNormSquared), Math.log(curvature)]);
}

/** Near the critical radius theta has its direction there, and a size that falls to 0 with the distance. */
function beyondNull(problem: LinfRegressionProblem, critical: CriticalPoint): Float64Array {
  const { rho, eps } = problem;
  const { gradientNorm, susceptibility, curvature } = critical;
  const size = Math.max(1e-12, 1 - eps / critical.eps) * (rho / gradientNorm);
  return Float64Array.from([
    Math.log(rho),
    Math.log(susceptibility * size),
    Math.log(gradientNorm * size),
    2 * Math.log(size),
    Math.log(curvature / size),
  ]);
}

/** The critical radius where eps may reach it; undefined where it does not, since no attack in l2 of that radius would. */
function criticalPoint(
  map: FeatureMap,
  model: CoordinateModel,
  problem: LinfRegressionProblem,
): CriticalPoint | undefined {
  if (model.psi1 === Infinity || problem.eps < criticalResidualRadius(map, problem)) return undefined;
  return criticalLinfRegression(model, problem);
}

function nullSolution({ rho, noise, channel }: LinfRegressionProblem): LinfRegression {
  const law = new ResidualLaw(noise);
  law.missed = rho * rho;
  return {
    phase: 'null',
    missed: law.missed,
    law,
    gradientNorms: { l2: 0, linf: 0 },
    thetaNormSquared: 0,
    trainingLoss: channel.untrained(law, newAverages()).loss,
    trainingError: law.missed + secondMoment(noise),
    interpolatedFraction: 0,
    iterations: 0,
    residual: 0,
  };
}

/**
 * Rows without noise may hold theta at the signal by the kink of the loss, and coordinates without signal by that of the norm
 * (`exactFitUnderNoise` of the l2 theory): as s falls to 0 only V/s matters, and s keeps falling there.
 */
function exactSolution(model: CoordinateModel, problem: LinfRegressionProblem): LinfRegression | undefined {
  const { rho, eps, signal, noise, channel } = problem;
  const held = noise.reduce(
    (sum, { weight, shift, variance }) => sum + (shift === 0 && variance === 0 ? weight : 0),
    0,
  );
  if (held === 0 || model.muStarSquared > 0) return undefined;
  const linf = rho * shrinkage(signal, 1, NEARLY ** 4, 0, 0, newShrinkage()).norm;
  const equations = new LinfRegressionEquations(model, problem);
  const s = Math.log(NEARLY * rho);
  const x = Float64Array.from([s, s, Math.log(linf)]);
  const out = x.slice();
  const root = increasingRoot((V) => {
    x[1] = V;
    equations.step(x, out);
    return V - out[1]!;
  }, s);
  x[1] = root.value;
  equations.step(x, out);
  if (!(root.converged && out[0]! < s)) return undefined;
  // Residuals are the noise itself.
  const { law } = equations;
  law.missed = NEARLY ** 8 * rho * rho;
  const { loss } = channel.averages(law, NEARLY ** 6 * rho, eps * linf, newAverages());
  return {
    phase: 'exact',
    missed: 0,
    law,
    gradientNorms: { linf, l2: rho },
    thetaNormSquared: (rho / model.mu1) ** 2,
    trainingLoss: loss,
    trainingError: secondMoment(noise),
    interpolatedFraction: held,
    iterations: 0,
    residual: 0,
  };
}
