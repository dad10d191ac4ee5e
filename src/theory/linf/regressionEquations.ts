import { type Averages, newAverages } from '../channels/averages.ts';
import type { GaussianPart } from '../channels/gaussianMixtures.ts';
import type { ResidualChannel } from '../channels/residualChannel.ts';
import { ResidualLaw } from '../channels/residualLaw.ts';
import type { CoordinateModel } from '../featureMaps/featureMap.ts';
import { CoordinateEquations, type CoordinateProblem } from './coordinateEquations.ts';

/** A regression against linf as the equations see it. */
export interface LinfRegressionProblem extends CoordinateProblem {
  /** radius of the training attack, sqrt(d) times that of one coordinate; > 0 */
  readonly eps: number;
  /** the law of the noise */
  readonly noise: readonly GaussianPart[];
  /** the loss */
  readonly channel: ResidualChannel;
}

/**
 * The equations of a regression against linf, as a map from logarithms to logarithms of s, V and q, and for a finite width of t
 * and x (`CoordinateEquations`), where s^2 = E (f - u)^2, u = <x, beta>.
 */
export class LinfRegressionEquations {
  readonly problem: LinfRegressionProblem;
  readonly coordinates: CoordinateEquations;
  readonly law: ResidualLaw;
  readonly averages: Averages = newAverages();
  V = 1;

  constructor(model: CoordinateModel, problem: LinfRegressionProblem) {
    this.problem = problem;
    this.coordinates = new CoordinateEquations(model, problem);
    this.law = new ResidualLaw(problem.noise);
  }

  get size(): number {
    return this.coordinates.finite ? 5 : 3;
  }

  /** Evaluates everything at x, and what the equations make of x. */
  readonly step = (x: Float64Array, out: Float64Array): void => {
    const { coordinates, averages, law, problem } = this;
    law.missed = Math.exp(2 * x[0]!);
    this.V = Math.exp(x[1]!);
    const q = Math.exp(x[2]!);
    problem.channel.averages(law, this.V, problem.eps * q, averages);
    const { eta, mu, chi, attack } = averages;
    const { finite } = coordinates;
    coordinates.at(
      { eta, mu, chi, attack: problem.eps * attack },
      finite ? Math.exp(x[3]!) : 0,
      finite ? Math.exp(x[4]!) : 0,
    );
    out[0] = 0.5 * Math.log(coordinates.missed);
    out[1] = Math.log(coordinates.susceptibility);
    out[2] = Math.log(coordinates.gradientNorm);
    if (!finite) return;
    out[3] = Math.log(coordinates.normSquared);
    out[4] = Math.log(coordinates.curvature);
  };
}
