import { type Averages, newAverages } from '../channels/averages.ts';
import type { MarginProblem } from '../channels/marginEquations.ts';
import { MarginLaw } from '../channels/marginLaw.ts';
import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { CoordinateEquations } from './coordinateEquations.ts';
import type { GradientNorms } from './norms.ts';
import type { SignalLaw } from './signal.ts';

/** A classification against linf as the equations see it; eps > 0. */
export interface LinfMarginProblem extends MarginProblem {
  /** the law of the signal's coordinates at rho = 1 */
  readonly signal: SignalLaw;
}

/**
 * The equations of a margin loss against linf, as a map from logarithms to logarithms of the alignment (`MarginEquations`; left
 * out of random labels), of sqrt Q, V and q, and for a finite width of t and x (`CoordinateEquations`).
 */
export class LinfMarginEquations {
  readonly problem: LinfMarginProblem;
  readonly coordinates: CoordinateEquations;
  readonly law: MarginLaw;
  readonly averages: Averages = newAverages();
  V = 1;

  constructor(model: CoordinateModel, problem: LinfMarginProblem) {
    this.problem = problem;
    this.coordinates = new CoordinateEquations(model, problem);
    this.law = new MarginLaw(problem.teacher);
  }

  get aligned(): boolean {
    return this.law.trust > 0;
  }

  get size(): number {
    return 3 + (this.aligned ? 1 : 0) + (this.coordinates.finite ? 2 : 0);
  }

  /** Where an iteration starts that knows nothing. */
  start(): Float64Array {
    const x = new Float64Array(this.size);
    x[this.aligned ? 3 : 2] = Math.log(0.5);
    return x;
  }

  /** Evaluates everything at x, and what the equations make of x. */
  readonly step = (x: Float64Array, out: Float64Array): void => {
    const { coordinates, averages, aligned, problem } = this;
    let next = 0;
    const alignment = aligned ? Math.exp(x[next++]!) : 0;
    const scale = Math.exp(x[next++]!);
    this.V = Math.exp(x[next++]!);
    const q = Math.exp(x[next++]!);
    const { finite } = coordinates;
    const t = finite ? Math.exp(x[next++]!) : 0;
    const curvature = finite ? Math.exp(x[next]!) : 0;
    problem.channel.averages(this.law.set(scale, alignment), this.V, problem.eps * q, averages);
    const { eta, mu, chi, attack } = averages;
    coordinates.at({ eta, mu, chi, attack: problem.eps * attack }, t, curvature);
    next = 0;
    if (aligned) out[next++] = alignmentOf(coordinates);
    out[next++] = 0.5 * Math.log(coordinates.outputVariance);
    out[next++] = Math.log(coordinates.susceptibility);
    out[next++] = Math.log(coordinates.gradientNorm);
    if (!finite) return;
    out[next++] = Math.log(coordinates.normSquared);
    out[next] = Math.log(coordinates.curvature);
  };

  /** E f^2 */
  get outputVariance(): number {
    return this.coordinates.outputVariance;
  }

  /** E f u */
  get overlap(): number {
    return this.coordinates.overlap;
  }

  /** q */
  get gradientNorm(): number {
    return this.coordinates.gradientNorm;
  }

  get gradientNorms(): GradientNorms {
    const { gradientNorm, gradientSquared } = this.coordinates;
    return { l2: Math.sqrt(gradientSquared), linf: gradientNorm };
  }

  /** |theta|^2 */
  get thetaNormSquared(): number {
    return this.coordinates.normSquared;
  }
}

/** log m/sqrt(Q rho^2 - m^2), the tangent's of the angle between output and signal. */
export const alignmentOf = ({ overlap, besides, problem: { rho } }: CoordinateEquations): number =>
  Math.log(overlap / rho) - 0.5 * Math.log(Math.max(0, besides));
