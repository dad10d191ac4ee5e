import { checkOptions } from '../checkOptions.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import { adversarialRiskAt } from './adversarialRisk.ts';
import { CRITICAL, criticalRadius, squareScore } from './criticalRadius.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { exactFit, fitsExactly, labelVariance } from './phases.ts';
import type { AsymptoticRisk } from './risk.ts';
import { REGRESSION_NUMBERS, type RiskOptions, resolveRiskOptions } from './riskOptions.ts';
import type { Problem } from './saddleEquations.ts';
import type { SaddlePoint } from './saddlePoint.ts';

const { psi2: _, ...INFINITE_DATA } = REGRESSION_NUMBERS;

/**
 * The limit psi2 -> infinity, unlimited data, against l2: the minimiser of AR(eps)/2 + (lambda/2)|theta|^2 over the population. Its
 * phase is the one that `asymptoticRisk` ends in as psi2 grows: at eps = lambda = 0 'ridgeless' (or 'exact'), also where
 * the features have no linear part and least squares gives theta = 0; 'null' is for an attack that forbids learning, which
 * without a linear part any eps > 0 does.
 * @throws InvalidArgumentError naming the option that is unknown or outside its domain
 */
export function infiniteDataRisk(
  map: FeatureMap,
  options: Omit<RiskOptions, 'psi2' | 'certify' | 'loss' | 'noise' | 'norm' | 'testNorm' | 'signal'>,
): AsymptoticRisk {
  checkMap(map);
  checkOptions('infiniteDataRisk', options, INFINITE_DATA);
  const { problem, epsTest } = resolveRiskOptions({ ...options, psi2: Number.MAX_VALUE });
  const found = ofPopulation(map, { ...problem, psi2: Infinity });
  const { phase, risk, q } = found;
  const moments = { standardRisk: risk, gradientNorm: q };
  return {
    ...moments,
    adversarialRisk: adversarialRiskAt(moments, epsTest),
    epsTest,
    thetaNormSquared: found.thetaNormSquared,
    trainingLoss: adversarialRiskAt(moments, problem.eps) / 2,
    trainingError: risk,
    interpolatedFraction: phase === 'exact' ? 1 : 0,
    phase,
    iterations: found.iterations,
    residual: found.residual,
    converged: found.residual < 1e-10,
  };
}

type PopulationMinimiser = Pick<
  SaddlePoint,
  'phase' | 'risk' | 'q' | 'thetaNormSquared' | 'iterations' | 'residual'
>;

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** One equation is left, for w = eps q / s. */
function ofPopulation(map: FeatureMap, problem: Problem): PopulationMinimiser {
  const { eps, lambda, noise, rho } = problem;
  const closed = { iterations: 0, residual: 0 };
  const untrained = labelVariance(map, problem);
  if (eps > 0 && eps >= CRITICAL * criticalRadius(map, problem, squareScore(untrained)))
    return { phase: 'null', risk: untrained, q: 0, thetaNormSquared: 0, ...closed };
  if (fitsExactly(map, problem)) {
    const { signalI, signalJ } = exactFit(map, problem);
    const thetaNormSquared = rho * rho * signalI;
    return { phase: 'exact', risk: 0, q: rho * Math.sqrt(signalJ), thetaNormSquared, ...closed };
  }
  if (eps > 0 && map.unattacked) {
    const alone = ofPopulation(map.unattacked.map, { ...problem, eps: 0 });
    const { signal } = map.unattacked.attacked(1, lambda);
    if (eps * Math.sqrt(alone.risk) >= CRITICAL * rho * Math.sqrt(0.5 * Math.PI * signal))
      return { ...alone, phase: 'immune' };
  }
  const at = (w: number): { risk: number; q: number; thetaNormSquared: number } => {
    const eta = 1 + w * SQRT_2_OVER_PI;
    const zeta = eps === 0 ? 0 : eps * (eps / w) * (SQRT_2_OVER_PI + w);
    const { bias, signalJ, signalI } = map.moments(eta, zeta, lambda);
    return {
      risk: noise + rho * rho * bias,
      q: rho * eta * Math.sqrt(signalJ),
      thetaNormSquared: (rho * eta) ** 2 * signalI,
    };
  };
  if (eps === 0) {
    return { phase: lambda === 0 ? 'ridgeless' : 'learning', ...at(0), ...closed };
  }
  const root = increasingRoot((x) => {
    const { risk, q } = at(Math.exp(x));
    return x - Math.log((eps * q) / Math.sqrt(risk));
  }, Math.log(eps));
  const w = Math.exp(root.value);
  const found = at(w);
  return {
    phase: 'learning',
    ...found,
    iterations: root.iterations,
    residual: Math.abs((eps * found.q) / (w * Math.sqrt(found.risk)) - 1),
  };
}
