import type { ActivationSpec } from './activations.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { newResolventMoments } from './featureMaps/featureMap.ts';
import { infiniteWidth } from './featureMaps/infiniteWidth.ts';
import { labelVariance } from './phases.ts';
import {
  type AsymptoticRisk,
  adversarialRiskAt,
  asymptoticRisk,
  type RiskOptions,
  resolveRiskOptions,
} from './risk.ts';
import { increasingRoot } from './rootFinding.ts';

/**
 * The limit psi1 -> infinity of one random-features layer. `lambda` is the limit of lambda/psi1, the scale on which a
 * penalty still acts, and `thetaNormSquared` that of psi1 |theta|^2. Without penalty but with an attack it is the curse
 * of overparametrization in full: the labels are fitted by the nonlinear part, at no cost in gradient, nothing is
 * learnt, and both risks are E y^2 (phase 'curse').
 * @param features the activation; default 'shifted-relu'
 * @throws InvalidArgumentError naming the option that is outside its domain
 */
export function infiniteWidthRisk(
  { activation = 'shifted-relu' }: { readonly activation?: ActivationSpec },
  options: RiskOptions,
): AsymptoticRisk {
  const map = infiniteWidth(activation);
  const { problem, epsTest } = resolveRiskOptions(options);
  const star = map.activation!.muStarSquared;
  if (problem.lambda > 0 || problem.eps === 0 || star === 0) return asymptoticRisk(map, options);
  const risk = labelVariance(map, problem);
  return {
    standardRisk: risk,
    adversarialRisk: risk,
    epsTest,
    gradientNorm: 0,
    // n labels on n of the many near-orthogonal nonlinear directions
    thetaNormSquared: (risk * problem.psi2) / star,
    trainingLoss: 0,
    trainingError: 0,
    interpolatedFraction: 1,
    phase: 'curse',
    iterations: 0,
    residual: 0,
    converged: true,
  };
}

/**
 * The limit psi2 -> infinity, unlimited data: the minimiser of AR(eps)/2 + (lambda/2)|theta|^2 over the population. One
 * equation is left, for w = eps q / s.
 * @throws InvalidArgumentError naming the option that is outside its domain
 */
export function infiniteDataRisk(map: FeatureMap, options: Omit<RiskOptions, 'psi2'>): AsymptoticRisk {
  const { problem, epsTest } = resolveRiskOptions({ ...options, psi2: Number.MAX_VALUE });
  const { eps, lambda, noise, rho } = problem;
  const m = newResolventMoments();
  const p = Math.sqrt(2 / Math.PI);
  let eta = 1;
  const at = (w: number): { risk: number; gradient: number } => {
    eta = 1 + w * p;
    map.moments(eta, eps === 0 ? 0 : eps * eps * (p / w + 1), lambda, m);
    return { risk: noise + rho * rho * m.bias, gradient: rho * eta * Math.sqrt(m.signalJ) };
  };
  const total = labelVariance(map, problem);
  let [risk, q, theta] = [total, 0, 0];
  let phase: AsymptoticRisk['phase'] = 'null';
  let [iterations, residual] = [0, 0];
  map.moments(0, 1, 0, m);
  if (eps * eps < 0.5 * Math.PI * rho * rho * (m.signal / total)) {
    phase = 'learning';
    let w = 0;
    if (eps > 0) {
      const root = increasingRoot((x) => {
        const { risk, gradient } = at(Math.exp(x));
        return x - Math.log((eps * gradient) / Math.sqrt(risk));
      }, Math.log(eps));
      w = Math.exp(root.value);
      iterations = root.iterations;
      // Without noise or misfit a weak attack leaves the exact answer where it is: w grows without bound.
      if (!root.converged) phase = 'exact';
    }
    if (phase === 'exact') {
      map.moments(1, 0, 0, m);
      [eta, risk, q] = [1, 0, rho * Math.sqrt(m.signalJ)];
    } else {
      const found = at(w);
      [risk, q] = [found.risk, found.gradient];
      if (eps > 0) residual = Math.abs((eps * q) / (w * Math.sqrt(risk)) - 1);
    }
    theta = (rho * eta) ** 2 * m.signalI;
  }
  const moments = { standardRisk: risk, gradientNorm: q };
  return {
    ...moments,
    adversarialRisk: adversarialRiskAt(moments, epsTest),
    epsTest,
    thetaNormSquared: theta,
    trainingLoss: adversarialRiskAt(moments, eps) / 2,
    trainingError: risk,
    interpolatedFraction: phase === 'exact' ? 1 : 0,
    phase,
    iterations,
    residual,
    converged: residual < 1e-10,
  };
}
