import type { Dataset } from '../data/dataset.ts';
import { UserError } from '../errors.ts';
import { rowNormOf } from '../exact/cone/rowNorms.ts';
import {
  adversarialRegression,
  type ExactResult,
  gradientNorms,
  type MarginResult,
  type ReadoutNorm,
  type ReadoutProblem,
  solveMargins,
  solveReadout,
} from '../exact/index.ts';
import { times } from '../numerics/vectors.ts';
import { oneAgainstRest } from './oneAgainstRest.ts';
import { isMarginLoss } from './tableTrainingOptions.ts';
import type { TuneCandidate } from './tuneCandidates.ts';
import type { TuneEstimate } from './tuneOptions.ts';

/** Training rows as a candidate sees them: standardised, and clipped where it clips. float64. */
export interface PreparedRows extends Dataset<Float64Array> {
  /** Of three classes and more, how many; y then holds positions among them. Default a number, or the labels +1 and -1. */
  readonly classes?: number | undefined;
}

/** What a candidate answers on rows that it was not trained on, and how far an attack of radius 1 moves that; NaN where it has no answer. */
export interface Answers {
  /** The output, or of several classes one for each, n. */
  readonly outputs: readonly Float64Array[];
  /** How far it moves each output, n. */
  readonly lengths: readonly Float64Array[];
  /** Of several classes, how far it moves the output of the row's own class less that of class j, by j, n; otherwise none. */
  readonly apart: readonly Float64Array[];
}

/** Answers on left-out rows, why there are none, and why they may be wrong. */
export interface LeftOutAnswers {
  readonly answers: Answers;
  readonly fault: string | null;
  readonly doubts: readonly string[];
}

type Solved = ExactResult | MarginResult;

/** Solves a candidate on rows of a problem, once for each output. */
export type Solver = (problem: ReadoutProblem, candidate: TuneCandidate) => Solved[];

/**
 * Duality gap at which a candidate is solved: far below what n rows can tell apart. Leave-one-out goes on by Newton steps from
 * there, of which a smaller gap spares as much time as it takes.
 */
const TOLERANCES: Readonly<Record<TuneEstimate, number>> = { 'leave-one-out': 1e-4, folds: 1e-3 };

/** What an output is trained to on each row: the target, or of several classes +1 on the class and -1 on all others. */
export const targetsOf = ({ y, classes }: Pick<PreparedRows, 'y' | 'classes'>): readonly Float64Array[] =>
  classes === undefined ? [y] : Array.from({ length: classes }, (_, k) => oneAgainstRest(y, k));

/**
 * Each candidate from the solver's own start, so that its solution hangs on no other: from a neighbour's point along eps it takes as
 * many iterations where rows are few, and twice as many where they are many.
 * @param targets of the rows of every problem that it will be asked for
 * @param by what its solutions are for
 */
export const solverOf =
  (targets: readonly Float64Array[], norm: ReadoutNorm, by: TuneEstimate): Solver =>
  (problem, candidate) =>
    targets.map((y) => {
      const solved = outputOf({ ...problem, y }, candidate, norm, TOLERANCES[by]);
      if (!solved.converged)
        throw new UserError(`did not converge (relative duality gap ${solved.relativeGap.toExponential(1)})`);
      return solved;
    });

function outputOf(
  problem: ReadoutProblem,
  { model, loss, eps, lambda }: TuneCandidate,
  norm: ReadoutNorm,
  tolerance: number,
): Solved {
  const options = { eps, lambda, fitIntercept: true, tolerance, norm };
  if (isMarginLoss(loss)) return solveMargins(problem, { ...options, loss });
  const alone = { ...options, keepStart: false };
  if (model === 'random-features') return solveReadout(problem, alone);
  return adversarialRegression({ n: problem.n, d: problem.N, x: problem.phi, y: problem.y }, alone);
}

/**
 * Answers on rows of a problem, each as if it had been left out of the training.
 *
 * How far an attack moves the difference of two outputs is not known without the row, and is taken from the training on all rows,
 * times what leaving the row out makes of the sum of the lengths of both gradients.
 */
export function leftOutAnswers(
  solve: Solver,
  problem: ReadoutProblem,
  candidate: TuneCandidate,
  {
    targets,
    y,
    epsTest,
    norm,
  }: {
    readonly targets: readonly Float64Array[];
    readonly y: Float64Array;
    readonly epsTest: number;
    readonly norm: ReadoutNorm;
  },
): LeftOutAnswers {
  return orFault(y.length, targets.length, () => {
    const solved = solve(problem, candidate);
    const left = solved.map((result) => result.leaveOneOut({ epsTest }));
    const outputs = left.map(({ residuals }, k) =>
      // Of classes +-1 by a loss of the margin, residuals are margins, y f.
      residuals.map((e, i) => (isMarginLoss(candidate.loss) ? targets[k]![i]! * e : targets[k]![i]! - e)),
    );
    const lengths = left.map((one) => one.gradientNorms);
    const thetas = solved.map(({ theta }) => theta);
    const apart = gradientsApart(problem, thetas, y, norm);
    if (apart.length > 0) {
      const all = thetas.map((theta) => gradientNorms(problem, theta, norm));
      apart.forEach((between, j) => {
        between.forEach((length, i) => {
          const c = y[i]!;
          const before = all[c]![i]! + all[j]![i]!;
          if (before > 0) between[i] = (length * (lengths[c]![i]! + lengths[j]![i]!)) / before;
        });
      });
    }
    const doubts = [...new Set(left.flatMap((one) => one.doubts))];
    return { answers: { outputs, lengths, apart }, fault: null, doubts };
  });
}

/** Answers on rows that were left out of a training on others. @param y of the rows of `test` */
export function answersAt(
  solve: Solver,
  { train, test }: { readonly train: ReadoutProblem; readonly test: ReadoutProblem },
  candidate: TuneCandidate,
  { outputs, norm }: { readonly outputs: number; readonly norm: ReadoutNorm },
): LeftOutAnswers {
  return orFault(test.n, outputs, () => {
    const solved = solve(train, candidate);
    const thetas = solved.map(({ theta }) => theta);
    const answers = {
      outputs: solved.map(({ theta, intercept }) =>
        times(test.phi, theta, test.n).map((value) => value + intercept),
      ),
      lengths: thetas.map((theta) => gradientNorms(test, theta, norm)),
      apart: gradientsApart(test, thetas, test.y, norm),
    };
    return { answers, fault: null, doubts: [] };
  });
}

/**
 * |grad (f_c - f_j)| at each row in the norm dual to the attack's, by j, c being the class of the row; none for one output.
 * @param y positions of the classes
 */
function gradientsApart(
  { n, d, jacobians }: ReadoutProblem,
  thetas: readonly Float64Array[],
  y: Float64Array,
  norm: ReadoutNorm,
): Float64Array[] {
  if (thetas.length === 1) return [];
  const own = new Float64Array(n * d);
  for (const [k, theta] of thetas.entries()) {
    const images = jacobians.images(theta);
    for (let i = 0; i < n; i++) if (y[i] === k) own.set(images.subarray(i * d, (i + 1) * d), i * d);
  }
  const { penalty } = rowNormOf(norm, d);
  return thetas.map((theta) => {
    const between = jacobians.images(theta).map((value, e) => own[e]! - value);
    return Float64Array.from({ length: n }, (_, i) => penalty(between, i * d, (i + 1) * d));
  });
}

/** Answers of no candidate. @param outputs 1, or as many as there are classes */
export function noAnswers(n: number, outputs: number): Answers {
  const nothing = (): Float64Array[] =>
    Array.from({ length: outputs }, () => new Float64Array(n).fill(Number.NaN));
  return { outputs: nothing(), lengths: nothing(), apart: outputs > 1 ? nothing() : [] };
}

/** What the work gives, or that its solver refuses and why. */
function orFault(n: number, outputs: number, work: () => LeftOutAnswers): LeftOutAnswers {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError)
      return { answers: noAnswers(n, outputs), fault: error.message, doubts: [] };
    throw error;
  }
}
