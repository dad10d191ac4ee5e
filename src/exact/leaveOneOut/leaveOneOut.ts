import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkNonNegative, InvalidArgumentError, UserError } from '../../errors.ts';
import type { Estimate } from '../../numerics/estimate.ts';
import { once } from '../once.ts';
import { meanLosses, type Risks, type RowLoss, uncertainty } from './leftOutRisks.ts';
import { likelyError, refinedWithin, refinement, type TrainedWithout } from './refinement.ts';

/** What is asked of a leave-one-out estimate. */
export interface LeaveOneOutOptions {
  /** Radius or radii at which the robust risk is estimated, >= 0. Default the one of training. */
  readonly epsTest?: number | readonly number[];
  /**
   * Rows to train without anew, a sample that corrects the estimate for what it does not see: how many, 0 to n, or as many as it
   * takes to be near enough, 24 or more. Training without a row takes about a tenth of the time of the solution; against linf
   * and l1, and with averaged gradients, as long as that. Default 0.
   */
  readonly refine?: number | LeaveOneOutRefinement;
}

/** How near a leave-one-out estimate is to be to training without every row anew. */
export interface LeaveOneOutRefinement {
  /** As a share of every mean loss that is asked for, 0 to 1: it is nearer 99 times in 100. */
  readonly within: number;
}

/** A mean over rows as if they were independent; its standard error counts the approximation too, where that is known. */
export interface LeftOutEstimate extends Estimate {
  /**
   * Standard error of what the rows not trained without anew may still change: 0 where all are, or the estimate is exact; NaN where
   * fewer than 2 of them stand for the others.
   */
  readonly approximationError: number;
}

/** The risk of training on all rows but one, at the row left out, averaged over the rows. */
export interface LeaveOneOut {
  /** Mean e_i^2, without attack. */
  readonly standard: LeftOutEstimate;
  /** Mean (|e_i| + eps q_i)^2 at each radius asked for. */
  readonly risks: readonly LeaveOneOutRisk[];
  /** e_i: what the target of each row differs by from the output trained without it, n. */
  readonly residuals: Float64Array;
  /** q_i: what eps multiplies at each row, trained without it, n. */
  readonly gradientNorms: Float64Array;
  /** V_i = (e_i - r_i) / psi_i: how far its own row moves a residual, for every unit of the derivative psi_i of its loss, n. */
  readonly influence: Float64Array;
  /** Whether `doubts` is empty. */
  readonly trusted: boolean;
  /** Why the estimate may be wrong, a clause each. */
  readonly doubts: readonly string[];
  /** Rows that were trained without anew, for which `residuals` and `gradientNorms` are what that has found. */
  readonly refitted: number;
}

/** A robust risk at a radius. */
export interface LeaveOneOutRisk {
  /** Radius of the perturbations. */
  readonly eps: number;
  /** Mean over rows, corrected by those trained without anew for all others. */
  readonly risk: LeftOutEstimate;
}

/** The risk of a classifier trained on all rows but one, at the row left out; its `residuals` are margins y_i f(x_i). */
export interface MarginLeaveOneOut extends LeaveOneOut {
  /** Mean loss and share of wrong signs at each radius asked for. */
  readonly risks: readonly MarginLeaveOneOutRisk[];
  /** Share of rows with y_i f(x_i) <= 0. */
  readonly error: LeftOutEstimate;
}

/** A robust risk of a classifier at a radius. */
export interface MarginLeaveOneOutRisk extends LeaveOneOutRisk {
  /** Share of rows with y_i f(x_i) - eps q_i <= 0. */
  readonly error: LeftOutEstimate;
}

/** What training without each row leaves it with. */
export interface LeftOutRows
  extends Pick<LeaveOneOut, 'residuals' | 'gradientNorms' | 'influence' | 'doubts'> {
  /** The residual, or the margin, of training on all rows, n. */
  readonly fitted: Float64Array;
  /** Share of the rows that may cross a kink of their loss when another is left out. */
  readonly crossing: number;
  /** Training without row i from here, where there is a quicker way than a solution from the beginning; null where that fails. */
  readonly trained?: (i: number) => Omit<TrainedWithout, 'converged'> | null;
}

/** A result that can say how it would do on rows that it was not trained on. */
export interface WithLeaveOneOut<L extends LeaveOneOut = LeaveOneOut> {
  /**
   * The risk of training without each row at that row: an estimate of the risk on new rows, from the training rows alone. The
   * features are taken as given: where hidden layers were trained on the same rows it is far too low, for they have fitted them.
   * Computed when it is asked for, in about a third of the time of the solution; exact for the square loss at eps = 0. Leaving a
   * row out sets its weight to 0; the penalty stays (n lambda / 2) |theta|^2 beside the sum over the others. Not enumerable:
   * copies by `structuredClone`, spread or JSON are plain data without it.
   * @throws InvalidArgumentError for unknown options and values out of range; UserError for fewer than 2 rows, an
   * intercept with fewer than 2 of a class, and radii where the gradients of the features are not known
   */
  leaveOneOut(options?: LeaveOneOutOptions): L;
}

const OPTIONS: OptionNames<LeaveOneOutOptions> = { epsTest: true, refine: true };

/** How rows are left out. */
export interface LeavingRowsOut<L extends LeaveOneOut = LeaveOneOut> {
  /** All of them, to second order or exactly. Asked for once. */
  readonly estimated: () => LeftOutRows;
  /** Training without row i from the beginning, at that row; null where the estimate is exact. */
  readonly trained: ((i: number) => TrainedWithout) | null;
  /** What training minimises of each row. */
  readonly loss: RowLoss;
  /** The means that are reported. */
  readonly risks: Risks<L>;
}

/**
 * Gives a result the method `leaveOneOut`.
 * @param of the rows, the radius of training, and whether it has converged
 */
export function withLeaveOneOut<R extends object, L extends LeaveOneOut>(
  result: R,
  { n, eps, converged }: { readonly n: number; readonly eps: number; readonly converged: boolean },
  { estimated, trained, loss, risks }: LeavingRowsOut<L>,
): R & WithLeaveOneOut<L> {
  const rowsOf = once(estimated);
  const refinedOf = once(() => trained && refinement(rowsOf(), trained, loss, eps));
  const leaveOneOut = (options: LeaveOneOutOptions = {}): L => {
    checkOptions('leaveOneOut', options, OPTIONS);
    const { epsTest = eps, refine = 0 } = options;
    const epsilons = Array.isArray(epsTest) ? epsTest : [epsTest];
    for (const value of epsilons) checkNonNegative('epsTest', value);
    checkRefine(refine, n);
    if (n < 2) throw new UserError('leave-one-out needs 2 rows or more');
    const rows = rowsOf();
    if (epsilons.some((value) => value > 0)) checkGradients(rows);
    const refined = refinedOf();

    const likely = trained ? likelyError(rows, loss, eps) : 0;
    const roughly = [
      ...rows.doubts,
      ...(likely > MOST_UNCERTAIN
        ? [`rows change the risk so much that it may be wrong by ${percent(likely)}`]
        : []),
    ];

    /** The estimate with so many rows trained without anew. */
    function at(count: number): L {
      const { open, ...found } = refined?.(count) ?? { estimated: rows, known: rows, sample: null, open: 0 };
      const { residuals, gradientNorms, influence } = found.known;
      const means = risks(found, epsilons);
      const doubts = doubtsOf(meanLosses(means), roughly);
      if (!converged) doubts.push('the solution that it starts from has not converged');
      if (open > 0) doubts.push(`${open} of ${count} trainings without a row have not converged`);
      const trust = { trusted: doubts.length === 0, doubts, refitted: found.sample?.rows.length ?? 0 };
      return { ...means, residuals, gradientNorms, influence, ...trust } as LeaveOneOut as L;
    }
    if (typeof refine === 'number') return at(refine);
    return refined ? refinedWithin(refine.within, n, at) : at(0);
  };
  return Object.defineProperty(result, 'leaveOneOut', { value: leaveOneOut }) as R & WithLeaveOneOut<L>;
}

/** @throws InvalidArgumentError for anything but a number of rows, or a share of a risk */
function checkRefine(refine: LeaveOneOutOptions['refine'], n: number): void {
  if (typeof refine === 'object' && refine !== null) {
    checkOptions('refine', refine, { within: true });
    if (!(refine.within > 0 && refine.within < 1))
      throw new InvalidArgumentError('refine.within', refine.within, 'a share of the risk between 0 and 1');
  } else if (!Number.isInteger(refine) || refine! < 0 || refine! > n)
    throw new InvalidArgumentError('refine', refine, `a number of rows from 0 to n = ${n}, or { within }`);
}

/** @throws UserError where rows have residuals, but no gradient norms */
function checkGradients({ residuals, gradientNorms }: LeftOutRows): void {
  if (gradientNorms.every(Number.isNaN) && residuals.every(Number.isFinite))
    throw new UserError(
      'leaveOneOut: a layer before the read-out is not known in float64, so that epsTest has to be 0',
    );
}

/** Why means may be wrong: where a sample tells how far they may be, by that, and otherwise by what the estimate itself doubts. */
function doubtsOf(means: readonly LeftOutEstimate[], doubts: readonly string[]): string[] {
  const most = Math.max(...means.map(uncertainty));
  if (Number.isNaN(most)) return [...doubts];
  return most <= MOST_UNCERTAIN
    ? []
    : [`rows not trained without anew may change a risk by ${percent(most)}`];
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} per cent`;

/** Share of a mean that a sample may leave uncertain, or an estimate alone is likely to be wrong by. */
const MOST_UNCERTAIN = 0.03;
