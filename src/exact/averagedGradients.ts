import { UserError } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { quadraticForm } from '../numerics/vectors.ts';
import { sharedNormProgramme } from './cone/sharedNormProgramme.ts';
import { AVERAGED_JITTER, addToDiagonal } from './jitter.ts';
import { ownLengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { averagedGradient } from './leaveOneOut/rowGradients.ts';
import { problemWithout } from './leaveOneOut/withoutRow.ts';
import { gradientNorms, type ReadoutProblem } from './readoutProblem.ts';
import type { Formulation } from './solveProgramme.ts';

/** All samples pay for one gradient norm, sqrt(theta' J theta). */
export function averagedGradients(problem: ReadoutProblem, eps: number): Formulation {
  const metric = averagedMetric(problem);
  return {
    programme: (rows) => sharedNormProgramme({ ...rows, norm: 'l2', metric }, linearAlgebra()),
    costs: (theta) => eps * Math.sqrt(Math.max(0, quadraticForm(metric.matrix, theta))),
    leavingOut: {
      coordinates:
        () =>
        (theta, { phi }) => ({
          phi,
          theta,
          gradientsAt: averagedGradient(problem.n, metric.matrix),
          everywhere: false,
          sharedShift: (at) => fromMean(problem, at),
          lengthsAfter: ownLengthsAfter(problem, 'l2'),
        }),
      without: (i) => averagedGradients(problemWithout(problem, i), eps),
      lengths: (theta) => gradientNorms(problem, theta),
      cones: 'averaged',
    },
  };
}

/** (J - J_i) theta for all rows, J_i = K_i' K_i and J their mean, n x N. */
function fromMean({ n, N, jacobians }: ReadoutProblem, theta: Float64Array): Float64Array {
  const images = jacobians.images(theta);
  const total = jacobians.pulledSum(images);
  const shifts = new Float64Array(n * N);
  jacobians.pullBack(images, shifts);
  for (let i = 0, at = 0; i < n; i++)
    for (let a = 0; a < N; a++, at++) shifts[at] = total[a]! / n - shifts[at]!;
  return shifts;
}

/** J = (1/n) sum K_i' K_i and its Cholesky factor, both in the lower triangle. */
export function averagedMetric({ n, N, jacobians }: Pick<ReadoutProblem, 'n' | 'N' | 'jacobians'>): {
  matrix: Float64Array;
  factor: Float64Array;
} {
  const matrix = new Float64Array(N * N);
  jacobians.weightedGram(new Float64Array(n).fill(1), matrix);
  for (let j = 0; j < matrix.length; j++) matrix[j]! /= n;
  // Two features that are one leave J singular.
  const largest = addToDiagonal(matrix, N, AVERAGED_JITTER);
  const factor = matrix.slice();
  if (largest === 0 || !linearAlgebra().choleskyInPlace(factor, N))
    throw new UserError(
      "gradients 'averaged': the features have no gradient at the training rows; use 'exact'",
    );
  return { matrix, factor };
}
