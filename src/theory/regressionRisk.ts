import { fractionWithin, newTruncatedGaussian, truncatedGaussian } from '../numerics/gaussian.ts';
import { adversarialRiskAt } from './adversarialRisk.ts';
import { plainKind } from './channels/residualKind.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { bothNorms } from './linf/norms.ts';
import type { AsymptoticRisk } from './risk.ts';
import type { ResolvedRisk } from './riskOptions.ts';
import type { Problem } from './saddleEquations.ts';
import { type SaddlePoint, solveSaddlePoint } from './saddlePoint.ts';
import { type SolvedRegression, solveRegression } from './solveRegression.ts';
import { attackedBy, type TrainingProblem } from './trainingProblem.ts';

/** Solves a regression whose options are checked, each by the solver that it needs; from a neighbour's solution, if given. */
export function regressionRisk(
  map: FeatureMap,
  { problem, epsTest, kind, attack }: ResolvedRisk,
  start?: Float64Array,
): SolvedRegression {
  const posed: Problem & TrainingProblem = attack ? attackedBy(map, problem, attack) : problem;
  const solved =
    kind || posed.signal
      ? solveRegression(map, { ...posed, ...(kind ?? plainKind(problem.noise)) }, epsTest, start)
      : solveSquare(map, posed, epsTest);
  if (!attack) return solved;
  const { absoluteRisk, ...risk } = solved.risk;
  const found = {
    ...risk,
    ...(kind && { absoluteRisk }),
    ...bothNorms(map, attack, risk, solved.alignment, problem.rho),
  };
  return {
    ...solved,
    risk: { ...found, adversarialRisk: adversarialRiskAt(found, epsTest, attack.testNorm) },
  };
}

function solveSquare(map: FeatureMap, problem: Problem, epsTest: number): SolvedRegression {
  const solution = solveSaddlePoint(map, problem);
  return { risk: squareRisk(solution, problem, epsTest), alignment: solution.alignment };
}

const gauss = newTruncatedGaussian();

/** The quantities a reader wants, from a solution for the square loss and Gaussian noise, in l2. */
export function squareRisk(solution: SaddlePoint, { eps }: Problem, epsTest: number): AsymptoticRisk {
  const { phase, risk, q, kappa, u, thetaNormSquared, iterations, residual, converged } = solution;
  // Training residuals: |r| = k s (|G| - u)_+ with k = kappa/(1 + kappa).
  truncatedGaussian(u, gauss);
  const k = kappa === Infinity ? 1 : kappa / (1 + kappa);
  const scale = phase === 'exact' || phase === 'infinite' ? 0 : k * Math.sqrt(risk);
  const c = eps === 0 ? 0 : eps * q;
  const trainingError = phase === 'exact' || phase === 'infinite' ? 0 : k * k * risk * gauss.excessSquared;
  return {
    standardRisk: risk,
    adversarialRisk: adversarialRiskAt({ standardRisk: risk, gradientNorm: q }, epsTest),
    epsTest,
    gradientNorm: q,
    thetaNormSquared,
    trainingLoss: 0.5 * (trainingError + c * (2 * scale * gauss.excess + c)),
    trainingError,
    interpolatedFraction: phase === 'infinite' ? 1 : fractionWithin(gauss, u),
    phase,
    iterations,
    residual,
    converged,
  };
}
