import { UserError } from '../../errors.ts';
import { activationMoments } from '../activations.ts';
import type { FeatureMap } from '../featureMaps/featureMap.ts';
import { type Problem, SaddleEquations } from '../saddleEquations.ts';
import type { SaddlePoint } from '../saddlePoint.ts';
import { linearObjective, linearPoint } from './linearRegression.ts';
import { meiMontanariRisk } from './meiMontanari.ts';
import { relativeGradient, theorem42, theorem42Point } from './theorem42.ts';

/** Evidence, by a route of its own, that a solution is the right one. */
export interface Certificate {
  /** the theorem or closed form that it comes from */
  readonly route: 'Theorem 4.2' | 'linear min-max' | 'Mei and Montanari';
  /** relative slope of the theorem's objective at the solution's image, or relative difference of the risks */
  readonly error: number;
}

/**
 * Certifies a solution: random features with the (shifted) ReLU at lambda = 0 by Theorem 4.2 of Hassani & Javanmard, any
 * random features at eps = 0 by Mei & Montanari, isotropic linear regression at lambda = 0 by its scalar min-max problem.
 * @throws UserError where none of these routes leads.
 */
export function certify(map: FeatureMap, problem: Problem, solution: SaddlePoint): Certificate {
  const { psi2, eps, lambda, noise, rho } = problem;
  const tau = Math.sqrt(noise) / rho;
  const psi1 = map.name === 'random features' ? map.proportions.psi1 : undefined;
  if (psi1 !== undefined && eps === 0 && solution.phase !== 'infinite' && map.activation!.muStarSquared > 0) {
    const theirs = meiMontanariRisk({ psi1, psi2, lambda, tau, activation: map.activation! });
    return { route: 'Mei and Montanari', error: Math.abs(solution.risk / (rho * rho * theirs) - 1) };
  }
  if (lambda === 0 && eps > 0 && solution.phase === 'learning') {
    const { spread } = new SaddleEquations(map, problem).at(solution.u, solution.kappa);
    const s = Math.sqrt(solution.risk) / rho;
    const image = {
      s,
      q: solution.q / rho,
      V: 1 / solution.kappa,
      b: solution.kappa * s * Math.sqrt(spread),
    };
    if (psi1 !== undefined && isShiftedRelu(map)) {
      const theorem = { psi1, psi2, eps, tau };
      const point = theorem42Point(image, theorem);
      return { route: 'Theorem 4.2', error: relativeGradient(point, theorem42(point, theorem)) };
    }
    if (map.name === 'linear') {
      const point = linearPoint(image, tau);
      return {
        route: 'linear min-max',
        error: relativeGradient(point, linearObjective(point, { psi2, eps, tau })),
      };
    }
  }
  throw new UserError(
    `no certificate for ${map.name} in the phase '${solution.phase}' at eps ${eps}, lambda ${lambda}: there is one for ` +
      'random features with the shifted ReLU at lambda 0, for random features at eps 0, and for isotropic linear ' +
      'regression at lambda 0, in the learning phase',
  );
}

function isShiftedRelu({ activation }: FeatureMap): boolean {
  const relu = activationMoments('shifted-relu');
  return (['mu1', 'muStarSquared', 'nuSquared'] as const).every((name) => activation?.[name] === relu[name]);
}
