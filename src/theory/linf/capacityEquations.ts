import { newAverages } from '../channels/averages.ts';
import type { Capacity } from '../channels/capacityEquations.ts';
import { hardMargin } from '../channels/hardMargin.ts';
import { MarginLaw } from '../channels/marginLaw.ts';
import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { solveFixedPoint } from '../fixedPoint.ts';
import { CoordinateEquations } from './coordinateEquations.ts';
import { alignmentOf, type LinfMarginProblem } from './marginEquations.ts';

const channel = hardMargin(0);

/**
 * The n/d at which V of the robust max-margin classifier against linf diverges, as `solveCapacity` has it in l2: at output
 * variance 1, V = 1 and lambda = 0 the equations for the alignment, q, t and x, and (1/n) tr F dtheta/dh = 1 for psi2. That the
 * output variance is 1 then holds of itself, and is part of the residual.
 */
export function solveLinfCapacity(
  model: CoordinateModel,
  { eps, rho, signal, teacher }: Pick<LinfMarginProblem, 'eps' | 'rho' | 'signal' | 'teacher'>,
): Capacity {
  const law = new MarginLaw(teacher);
  const aligned = law.trust > 0;
  const averages = newAverages();
  const coordinates = new CoordinateEquations(model, { psi2: 1, lambda: 0, rho, signal });
  const { finite } = coordinates;
  const step = (x: Float64Array, out: Float64Array): void => {
    let next = 0;
    coordinates.psi2 = Math.exp(x[next++]!);
    const q = Math.exp(x[next++]!);
    const alignment = aligned ? Math.exp(x[next++]!) : 0;
    const t = finite ? Math.exp(x[next++]!) : 0;
    const curvature = finite ? Math.exp(x[next]!) : 0;
    const { eta, mu, chi, attack } = channel.averages(law.set(1, alignment), 1, eps * q, averages);
    coordinates.at({ eta, mu, chi, attack: eps * attack }, t, curvature);
    next = 0;
    out[next++] = Math.log(coordinates.psi2 * coordinates.susceptibility);
    out[next++] = Math.log(coordinates.gradientNorm);
    if (aligned) out[next++] = alignmentOf(coordinates);
    if (!finite) return;
    out[next++] = Math.log(coordinates.normSquared);
    out[next] = Math.log(coordinates.curvature);
  };
  const x = new Float64Array(2 + (aligned ? 1 : 0) + (finite ? 2 : 0));
  const { iterations, residual } = solveFixedPoint(step, x);
  const { outputVariance, gradientNorm, overlap, psi2 } = coordinates;
  return {
    psi2,
    gradientNorm: gradientNorm / Math.sqrt(outputVariance),
    overlap: overlap / Math.sqrt(outputVariance),
    iterations,
    residual: Math.max(residual, Math.abs(outputVariance - 1)),
  };
}
