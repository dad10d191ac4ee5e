import { checkOptions, type OptionNames } from '../checkOptions.ts';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { dot, norm, transposedTimes } from '../numerics/vectors.ts';
import { MARGIN_LOSSES, type MarginLossName } from '../theory/channels/losses.ts';
import { interiorPoint } from './cone/interiorPoint.ts';
import { marginProgramme } from './cone/marginProgramme.ts';
import { marginSumsProgramme } from './cone/marginSumsProgramme.ts';
import { READOUT_NORMS, type ReadoutNorm, rowNormOf } from './cone/rowNorms.ts';
import { criticalEpsReadout } from './criticalEpsReadout.ts';
import { DEFAULT_TOLERANCE, type ExactOptions } from './exactOptions.ts';
import { entrySigns } from './leaveOneOut/entryGradients.ts';
import { type MarginLeaveOneOut, type WithLeaveOneOut, withLeaveOneOut } from './leaveOneOut/leaveOneOut.ts';
import { marginErrors } from './leaveOneOut/leftOutRisks.ts';
import { type LengthsAfter, lengthAt, ownLengthsAfter } from './leaveOneOut/lengthsAfter.ts';
import { marginsLeftOut } from './leaveOneOut/marginsLeftOut.ts';
import { problemWithout } from './leaveOneOut/withoutRow.ts';
import { marginLosses } from './marginLosses.ts';
import { type MarginRows, marginPoint, marginRows, mean } from './marginRows.ts';
import { type NewtonResult, newtonMargins } from './newtonMargins.ts';
import { checkProblem, type ReadoutProblem } from './readoutProblem.ts';

/** What {@link solveMargins} is asked for. */
export interface MarginOptions
  extends Pick<ExactOptions, 'eps' | 'fitIntercept' | 'tolerance' | 'maxIterations' | 'onProgress'> {
  /** Penalty (lambda / 2) |theta|^2 beside (1/n) sum; > 0, so that separable rows have an optimum too. */
  readonly lambda: number;
  /** Loss of the margin. Default 'logistic'. */
  readonly loss?: MarginLossName;
  /** Norm that bounds the perturbations; q_i is the gradient's dual norm, |.|_2 or |.|_1. Default 'l2'. */
  readonly norm?: ReadoutNorm;
}

const OPTIONS: OptionNames<MarginOptions> = {
  eps: true,
  lambda: true,
  loss: true,
  norm: true,
  fitIntercept: true,
  tolerance: true,
  maxIterations: true,
  onProgress: true,
};

/** An exact classifier, float64; v_i = y_i f(x_i) - eps q_i are the margins that the attack leaves on the training rows. */
export interface MarginResult extends WithLeaveOneOut<MarginLeaveOneOut> {
  /** The minimiser found, one coefficient a feature, float64. */
  readonly theta: Float64Array;
  /** What the classifier adds to theta' phi; 0 where none is fitted. */
  readonly intercept: number;
  /** (1/n) sum l(v_i) + (lambda/2) |theta|^2 at theta. */
  readonly objective: number;
  /** Objective minus a lower bound that a feasible dual point proves; no theta is better by more than this. */
  readonly dualityGap: number;
  /** dualityGap / objective. */
  readonly relativeGap: number;
  /** Share of the training rows with y_i f(x_i) <= 0. */
  readonly error: number;
  /** Share of the training rows with v_i <= 0. */
  readonly robustError: number;
  /** Newton steps. */
  readonly iterations: number;
  /** Gradient of the Lagrangian in theta, relative to that of the loss at theta = 0; 0 where theta = 0 is proved to be best. */
  readonly residual: number;
  /** relativeGap <= tolerance. When false, theta and dualityGap are still valid, only less tight. */
  readonly converged: boolean;
}

/**
 * The adversarially trained classifier on frozen features, the attack linearised in the perturbation:
 *
 *   theta = argmin (1/n) sum l(y_i theta' phi_i - eps q_i) + (lambda/2) |theta|^2,   q_i = |grad f(x_i)|_2 or, with norm 'linf', |.|_1,
 *
 * for labels y_i = +-1; with `fitIntercept` theta and the intercept b of y_i (theta' phi_i + b), which nothing penalises.
 *
 * The hinges are second-order cone programmes, solved by the interior-point method of `solveReadout`; the logistic loss by
 * Newton's method. Both prove a duality gap. A step costs about as much as one of `solveReadout`; 5 to 30 are usual.
 *
 * @param problem made by `readoutProblem` from rows with labels -1 and 1
 * @throws InvalidArgumentError for options out of range, other labels, or an intercept for rows of one class alone
 */
export const solveMargins = (problem: ReadoutProblem, options: MarginOptions): MarginResult =>
  solveMarginsOf(problem, options, (theta) => ownLengthsAfter(problem, options.norm ?? 'l2')(theta));

/**
 * The same for features whose gradients are others than those of the problem.
 * @param lengthsAfter null where nothing is known of them, so that a row left out has no robust risk
 */
export function solveMarginsOf(
  problem: ReadoutProblem,
  options: MarginOptions,
  lengthsAfter: LengthsAfter | null,
): MarginResult {
  checkOptions('solveMargins', options ?? null, OPTIONS);
  checkProblem(problem);
  const eps = checkNonNegative('eps', options.eps);
  const lambda = checkPositive('lambda', options.lambda);
  const name = checkChoice('loss', options.loss ?? 'logistic', MARGIN_LOSSES);
  const intercept = checkBoolean('fitIntercept', options.fitIntercept ?? false);
  const tolerance = checkPositive('tolerance', options.tolerance ?? DEFAULT_TOLERANCE);
  const maxIterations = checkInteger('maxIterations', options.maxIterations ?? 100);
  const { onProgress = () => {} } = options;
  if (typeof onProgress !== 'function')
    throw new InvalidArgumentError('onProgress', onProgress, 'a function of the progress');
  checkLabels(problem.y, intercept);

  const attack = checkChoice('norm', options.norm ?? 'l2', READOUT_NORMS);

  const rowNorm = rowNormOf(attack, problem.d);
  const rows = marginRows(problem, { eps, lambda, loss: marginLosses[name], intercept, rowNorm });
  const settings = {
    tolerance,
    maxIterations,
    onIteration: (iteration: number, { upper, lower }: { upper: number; lower: number }): void =>
      onProgress({ iteration, objective: upper, relativeGap: (upper - lower) / upper }),
    constantIsOptimal: () => isConstantOptimal(problem, rows),
  };
  const found =
    name === 'logistic'
      ? { ...newtonMargins(rows, settings), pulls: null }
      : coneMargins(rows, name === 'hinge' ? 1 : 2, settings);
  const { best, lower, iterations, residual } = found;
  const gap = Math.max(0, best.value - lower);
  const result = {
    theta: best.x.slice(0, problem.N),
    intercept: intercept ? best.x[problem.N]! : 0,
    objective: best.value,
    dualityGap: gap,
    relativeGap: gap / best.value,
    error: mean(best.clean, (value) => (value > 0 ? 0 : 1)),
    robustError: mean(best.margins, (value) => (value > 0 ? 0 : 1)),
    iterations,
    residual,
    converged: gap <= tolerance * best.value,
  };
  const { converged } = result;
  const { pulls, signs } = found;
  const { n, N, phi, y } = problem;
  return withLeaveOneOut(
    result,
    { n, eps, converged },
    {
      estimated: () => marginsLeftOut(rows, name, { best, pulls, signs }, lengthsAfter),
      trained(i) {
        const others = { ...options, lambda: (lambda * n) / (n - 1), onProgress: () => {} };
        const without = solveMarginsOf(problemWithout(problem, i), others, null);
        const output = dot(phi.subarray(i * N, (i + 1) * N), without.theta) + without.intercept;
        const gradientNorm = lengthsAfter ? lengthAt(lengthsAfter, without.theta, i) : Number.NaN;
        return { residual: y[i]! * output, gradientNorm, converged: without.converged };
      },
      loss: (margin, cost) => rows.loss.value(margin - cost),
      risks: marginErrors(rows.loss.value),
    },
  );
}

/** The hinge (power 1) or the squared hinge (power 2), as a cone programme. */
function coneMargins(
  rows: MarginRows,
  power: 1 | 2,
  {
    tolerance,
    maxIterations,
    onIteration,
  }: {
    readonly tolerance: number;
    readonly maxIterations: number;
    readonly onIteration: (iteration: number, bounds: { upper: number; lower: number }) => void;
  },
): NewtonResult & { readonly pulls: Float64Array | null } {
  const { n } = rows;
  const separable = rows.eps > 0 && rows.rowNorm.separable;
  const programmeOf = separable ? marginSumsProgramme : marginProgramme;
  const programme = programmeOf(rows, power, linearAlgebra());
  const { x, z, bounds, iterations } = interiorPoint(programme, programme.start(), {
    tolerance,
    negligible: 0,
    maxIterations,
    onIteration: (iteration, { upper, lower }) =>
      onIteration(iteration, { upper: upper / n, lower: lower / n }),
  });
  const constant = marginPoint(rows, rows.constant);
  const inside = marginPoint(rows, x.slice(0, rows.M));
  return {
    best: inside.value < constant.value ? inside : constant,
    lower: bounds.lower / n,
    pulls: power === 1 ? z.slice(n, 2 * n) : null,
    signs: separable ? entrySigns(z, 2 * n, n * rows.d) : null,
    iterations,
    residual:
      bounds.residual / (norm(transposedTimes(rows.labelled, new Float64Array(n).fill(1), rows.M)) || 1),
  };
}

/**
 * Whether eps is beyond the critical one. At theta = 0 all rows pull with a_i = -l'(y_i b), for which that is a regression's on
 * the targets a_i y_i. The critical radius in linf is smaller than that in l2, which is therefore enough.
 */
function isConstantOptimal(problem: ReadoutProblem, { eps, loss, constant, N }: MarginRows): boolean {
  const b = constant[N] ?? 0;
  const pulls = problem.y.map((label) => label * loss.pull(label * b));
  return criticalEpsReadout({ ...problem, y: pulls }).upper <= eps;
}

/** @throws InvalidArgumentError for labels other than -1 and 1, and for an intercept where all are the same */
function checkLabels(y: Float64Array, intercept: boolean): void {
  for (const label of y)
    if (label !== 1 && label !== -1) throw new InvalidArgumentError('y', label, 'labels -1 and 1');
  if (intercept && y.every((label) => label === y[0]))
    throw new InvalidArgumentError('fitIntercept', true, 'false for rows of one class alone');
}
