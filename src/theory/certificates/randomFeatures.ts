import { type ActivationMoments, activationMoments } from '../activations.ts';
import type { FeatureMap } from '../featureMaps/featureMap.ts';
import type { Problem } from '../saddleEquations.ts';
import type { SaddlePoint } from '../saddlePoint.ts';
import { type Certificate, relativeGradient, theoremScalars } from './certificate.ts';
import { meiMontanariRisk } from './meiMontanari.ts';
import { theorem42, theorem42Point } from './theorem42.ts';

/**
 * One layer of random features: at eps = 0 by Mei & Montanari, with the (shifted) ReLU at lambda = 0 by Theorem 4.2 of
 * Hassani & Javanmard.
 */
export function certifyRandomFeatures(
  map: FeatureMap,
  psi1: number,
  activation: ActivationMoments,
  problem: Problem,
  solution: SaddlePoint,
): Certificate | undefined {
  const { psi2, eps, lambda, noise, rho } = problem;
  if (eps === 0 && solution.phase !== 'infinite' && activation.muStarSquared > 0) {
    const theirs = meiMontanariRisk({ psi1, psi2, lambda, tau: Math.sqrt(noise) / rho, activation });
    return { route: 'Mei and Montanari', error: Math.abs(solution.risk / (rho * rho * theirs) - 1) };
  }
  const scalars = theoremScalars(map, problem, solution);
  if (!scalars || !isShiftedRelu(activation)) return undefined;
  const theorem = { psi1, psi2, eps, tau: scalars.tau };
  const point = theorem42Point(scalars, theorem);
  return { route: 'Theorem 4.2', error: relativeGradient(point, theorem42(point, theorem)) };
}

function isShiftedRelu(activation: ActivationMoments): boolean {
  const relu = activationMoments('shifted-relu');
  return (['mu1', 'muStarSquared', 'nuSquared'] as const).every((name) => activation[name] === relu[name]);
}
