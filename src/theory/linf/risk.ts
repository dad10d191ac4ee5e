import { secondMoment } from '../channels/noise.ts';
import { plainKind, type ResidualKind } from '../channels/residualKind.ts';
import type { FeatureMap } from '../featureMaps/featureMap.ts';
import { type SolvedRegression, solveRegression } from '../regression.ts';
import { type AsymptoticRisk, adversarialRiskAt, riskOf } from '../risk.ts';
import type { Problem } from '../saddleEquations.ts';
import { solveSaddlePoint } from '../saddlePoint.ts';
import { type AttackKind, axesOf, DENSE, rotationInvariantNorms } from './norms.ts';
import { solveLinfRegression } from './regression.ts';

/**
 * A regression of which both norms of the gradient are asked for, trained in either.
 * @throws UserError for a map of which an attack on single coordinates is not known
 */
export function solveInNorm(
  map: FeatureMap,
  problem: Problem,
  kind: ResidualKind | undefined,
  { norm, testNorm, signal }: AttackKind,
  epsTest: number,
  start?: Float64Array,
): SolvedRegression {
  const axes = axesOf(map);
  const rotationInvariant = norm === 'l2' || problem.eps === 0 || !axes;
  const { risk, at, alignment } = rotationInvariant
    ? solveInL2(map, norm === 'linf' ? { ...problem, eps: DENSE * problem.eps } : problem, kind, start)
    : solveInLinf(map, problem, kind, signal, start);
  const gradientNorms =
    risk.gradientNorms ?? rotationInvariantNorms(signal, alignment, problem.rho, risk.gradientNorm);
  const found = { ...risk, epsTest, gradientNorm: gradientNorms[norm], gradientNorms };
  return {
    risk: { ...found, adversarialRisk: adversarialRiskAt(found, epsTest, testNorm) },
    ...(at && { at }),
    alignment,
  };
}

function solveInL2(
  map: FeatureMap,
  problem: Problem,
  kind: ResidualKind | undefined,
  start: Float64Array | undefined,
): SolvedRegression {
  if (kind) return solveRegression(map, problem, kind, 0, start);
  const solution = solveSaddlePoint(map, problem);
  return { risk: riskOf(solution, problem, 0), alignment: solution.alignment };
}

function solveInLinf(
  map: FeatureMap,
  problem: Problem,
  kind: ResidualKind | undefined,
  signal: AttackKind['signal'],
  start: Float64Array | undefined,
): SolvedRegression {
  const { noise } = problem;
  const { at, missed, law, residual, ...fields } = solveLinfRegression(
    map,
    problem,
    kind ?? plainKind(noise),
    signal,
    start,
  );
  const standardRisk = missed + (kind ? secondMoment(kind.noise) : noise);
  const risk: AsymptoticRisk = {
    standardRisk,
    adversarialRisk: standardRisk,
    epsTest: 0,
    gradientNorm: fields.gradientNorms.linf,
    ...(kind && { absoluteRisk: law.absolute }),
    ...fields,
    residual,
    converged: residual < 1e-9,
  };
  return { risk, ...(at && { at }), alignment: 0 };
}
