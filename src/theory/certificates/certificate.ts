import { UserError } from '../../errors.ts';
import type { FeatureMap } from '../featureMaps/featureMap.ts';
import { type Problem, SaddleEquations } from '../saddleEquations.ts';
import type { SaddlePoint } from '../saddlePoint.ts';

/** Evidence, by a route of its own, that a solution is the right one. */
export interface Certificate {
  /** the theorem or closed form that it comes from */
  readonly route: 'Theorem 4.2' | 'linear min-max' | 'Mei and Montanari';
  /** relative slope of the theorem's objective at the solution's image, or relative difference of the risks */
  readonly error: number;
}

/**
 * The map's own certificate of a solution.
 * @throws UserError where it has none.
 */
export function certify(map: FeatureMap, problem: Problem, solution: SaddlePoint): Certificate {
  const certificate = map.certificate?.(problem, solution);
  if (certificate) return certificate;
  const { eps, lambda } = problem;
  throw new UserError(
    `no certificate for ${map.name} in the phase '${solution.phase}' at eps ${eps}, lambda ${lambda}: there is one for ` +
      'random features with the shifted ReLU at lambda 0, for random features at eps 0, and for linear regression at ' +
      'lambda 0, in the learning phase and of isotropic inputs',
  );
}

/** A solution in the scalars of the theorems, at |beta| = 1; undefined where they do not reach: lambda > 0, eps = 0, other phases. */
export function theoremScalars(
  map: FeatureMap,
  problem: Problem,
  { phase, risk, q, u, kappa }: SaddlePoint,
): { s: number; q: number; V: number; b: number; tau: number } | undefined {
  const { eps, lambda, noise, rho } = problem;
  if (lambda > 0 || eps === 0 || phase !== 'learning') return undefined;
  const { spread } = new SaddleEquations(map, problem).at(u, kappa);
  const s = Math.sqrt(risk) / rho;
  return { s, q: q / rho, V: 1 / kappa, b: kappa * s * Math.sqrt(spread), tau: Math.sqrt(noise) / rho };
}

/** The largest relative slope |x dR/dx| / R over the variables of an objective. */
export function relativeGradient<Point extends object>(
  point: Point,
  { value, gradient }: { readonly value: number; readonly gradient: Point },
): number {
  const names = Object.keys(point) as (keyof Point)[];
  return Math.max(...names.map((name) => Math.abs((Number(point[name]) * Number(gradient[name])) / value)));
}
