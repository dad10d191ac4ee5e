import type { OptionNames } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { averagedGradients } from './averagedGradients.ts';
import { perSampleProgramme } from './cone/perSampleProgramme.ts';
import { READOUT_NORMS, type ReadoutNorm } from './cone/rowNorms.ts';
import { rowSumsProgramme } from './cone/rowSumsProgramme.ts';
import { EXACT_OPTIONS, type ExactOptions, resolveExact } from './exactOptions.ts';
import type { ExactResult } from './exactResult.ts';
import { entryGradients, entrySigns } from './leaveOneOut/entryGradients.ts';
import { ownLengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { ownGradients } from './leaveOneOut/rowGradients.ts';
import { problemWithout } from './leaveOneOut/withoutRow.ts';
import { checkProblem, gradientNorms, type ReadoutProblem } from './readoutProblem.ts';
import { type Formulation, solveProgramme } from './solveProgramme.ts';
import { solveRidge } from './solveRidge.ts';

/** What {@link solveReadout} is asked for: radius, penalty, accuracy, and whose gradients count. */
export interface ReadoutOptions extends ExactOptions {
  /**
   * 'exact': each sample's own gradient, q_i = |K_i theta| with K_i = d phi / d x at row i. 'averaged': one q for all,
   * q^2 = theta' J theta with J the mean of K_i' K_i, which is what q_i^2 concentrates at. Default 'exact'.
   */
  readonly gradients?: Gradients;
  /**
   * Norm that bounds the perturbations; q_i is the gradient's dual norm: 'l2' |K_i theta|_2, 'linf' |K_i theta|_1, which needs
   * gradients 'exact'. Default 'l2'.
   */
  readonly norm?: ReadoutNorm;
}

/** Whose gradients an attack is linearised with. */
export type Gradients = 'exact' | 'averaged';

const GRADIENTS: readonly Gradients[] = ['exact', 'averaged'];

const OPTIONS: OptionNames<ReadoutOptions> = { ...EXACT_OPTIONS, gradients: true, norm: true };

/** @throws InvalidArgumentError for anything else */
export const checkGradients = (gradients: Gradients | undefined): Gradients =>
  checkChoice('gradients', gradients ?? 'exact', GRADIENTS);

/**
 * The adversarially trained read-out of frozen features, the attack linearised in the perturbation:
 *
 *   theta = argmin (1/2n) sum (|y_i - theta' phi_i| + eps q_i)^2 + (lambda/2) |theta|^2,   q_i = |grad f(x_i)|_2 or, with norm 'linf', |.|_1,
 *
 * or theta and the intercept b of y_i - b - theta' phi_i with `fitIntercept`.
 *
 * A second-order cone programme, solved in float64 by a primal-dual interior-point method with a proved duality gap. The
 * linearisation is asymptotically exact for inputs of norm about sqrt(d) (Hassani & Javanmard 2022). An iteration costs
 * about 1.5 n N^2 multiplications for one layer and n d N^2 / 2 for several; in linf n d N^2 / 2 for one layer too, a quarter of
 * that where half the slopes are 0.
 *
 * @throws InvalidArgumentError for options out of range; UserError at eps = lambda = 0 when the features lack full rank
 */
export function solveReadout(problem: ReadoutProblem, options: ReadoutOptions): ExactResult {
  const settings = resolveExact('solveReadout', options, OPTIONS);
  checkProblem(problem);
  const gradients = checkGradients(options.gradients);
  const attack = checkChoice('norm', options.norm ?? 'l2', READOUT_NORMS);
  if (settings.eps === 0) return solveRidge(problem, settings, ownLengthsAfter(problem, attack));
  if (gradients === 'averaged') {
    if (attack !== 'l2') throw new InvalidArgumentError('norm', attack, "'l2' with averaged gradients");
    return solveProgramme(problem, settings, averagedGradients(problem, settings.eps));
  }
  return solveProgramme(problem, settings, eachItsOwn(problem, settings.eps, attack));
}

/** Each sample pays for its own gradient. */
const eachItsOwn = (problem: ReadoutProblem, eps: number, attack: ReadoutNorm): Formulation => ({
  programme(rows) {
    const { d, jacobians } = problem;
    const programmeOf = attack === 'l2' ? perSampleProgramme : rowSumsProgramme;
    return programmeOf({ ...rows, d, jacobians }, linearAlgebra());
  },
  costs: (theta) => gradientNorms(problem, theta, attack).map((length) => eps * length),
  leavingOut: {
    coordinates:
      ({ z }) =>
      (theta, { n, phi }) => ({
        phi,
        theta,
        ...(attack === 'l2'
          ? { gradientsAt: ownGradients(problem), everywhere: true }
          : {
              gradientsAt: entryGradients(problem, entrySigns(z, 2 * n, n * problem.d)),
              everywhere: false,
              lengthsAfter: ownLengthsAfter(problem, attack),
            }),
      }),
    without: (i) => eachItsOwn(problemWithout(problem, i), eps, attack),
    lengths: (theta) => gradientNorms(problem, theta, attack),
    cones: attack === 'l2' ? { width: problem.d + 1, blocks: 1 } : { width: problem.d, blocks: 2 },
  },
});
