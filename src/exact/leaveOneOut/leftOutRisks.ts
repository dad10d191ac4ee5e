import { meanOf } from '../../numerics/estimate.ts';
import type {
  LeaveOneOut,
  LeftOutEstimate,
  LeftOutRows,
  MarginLeaveOneOut,
  MarginLeaveOneOutRisk,
} from './leaveOneOut.ts';
import { type RowSample, sampledMean } from './rowSample.ts';

/** What a row left out adds to a risk: from its residual, or margin, and eps q there. */
export type RowLoss = (residual: number, cost: number) => number;

/** What rows are left with, estimated and, of a sample, trained without anew. */
export interface KnownRows {
  /** Of all rows. */
  readonly estimated: Pick<LeftOutRows, 'residuals' | 'gradientNorms'>;
  /** The same, but for the rows of the sample what training without them has found. */
  readonly known: Pick<LeftOutRows, 'residuals' | 'gradientNorms'>;
  /** Null where the estimate is exact. */
  readonly sample: RowSample | null;
}

/** The means of a result, from what its rows are left with. */
export type Risks<L extends LeaveOneOut> = (
  rows: KnownRows,
  epsilons: readonly number[],
) => Omit<L, Exclude<keyof LeaveOneOut, 'standard' | 'risks'>> & Pick<L, 'standard' | 'risks'>;

/** The mean of what is known, and for the rows beyond the sample what it tells of their difference from the estimate. */
function riskOf({ estimated, known, sample }: KnownRows, eps: number, loss: RowLoss): LeftOutEstimate {
  const [before, after] = [estimated, known].map(({ residuals, gradientNorms }) =>
    // 0 at eps = 0, whether or not q_i is known.
    residuals.map((residual, i) => loss(residual, eps === 0 ? 0 : eps * gradientNorms[i]!)),
  );
  const { standardError, count } = meanOf(after!);
  const { value, error } = sample
    ? sampledMean(sample, (i) => after![i]! - before![i]!)
    : { value: 0, error: 0 };
  return {
    value: meanOf(before!).value + value,
    standardError: Math.hypot(standardError, error || 0),
    count,
    approximationError: error,
  };
}

/** What means of losses there are in a result. */
export const meanLosses = ({
  standard,
  risks,
}: Pick<LeaveOneOut, 'standard' | 'risks'>): LeftOutEstimate[] => [
  standard,
  ...risks.map(({ risk }) => risk),
];

/** What the approximation may change a mean by, 99 times in 100 and as a share of it; NaN where that is not known. */
export const uncertainty = ({ value, approximationError }: LeftOutEstimate): number =>
  approximationError === 0 ? 0 : (2.5 * approximationError) / value;

export const squaredLoss: RowLoss = (e, cost) => (Math.abs(e) + cost) ** 2;

/** Means of squared errors. */
export const squaredErrors: Risks<LeaveOneOut> = (rows, epsilons) => ({
  standard: riskOf(rows, 0, squaredLoss),
  risks: epsilons.map((eps) => ({ eps, risk: riskOf(rows, eps, squaredLoss) })),
});

/** Means of a loss of the margin, and of wrong signs. */
export const marginErrors =
  (loss: (margin: number) => number): Risks<MarginLeaveOneOut> =>
  (rows, epsilons) => {
    const at = (eps: number): MarginLeaveOneOutRisk => ({
      eps,
      risk: riskOf(rows, eps, (margin, cost) => loss(margin - cost)),
      error: riskOf(rows, eps, (margin, cost) => (margin - cost > 0 ? 0 : 1)),
    });
    const { risk: standard, error } = at(0);
    return { standard, error, risks: epsilons.map(at) };
  };
