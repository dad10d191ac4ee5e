import { UserError } from '../../errors.ts';
import type { MarginLossName } from '../../theory/channels/losses.ts';
import { bestConstant, type MarginPoint, type MarginRows } from '../marginRows.ts';
import { once } from '../once.ts';
import { entryGradients } from './entryGradients.ts';
import { trainerWithout } from './fixedHessian.ts';
import type { LeftOutRows } from './leaveOneOut.ts';
import { leaveRowsOut } from './leaveRowsOut.ts';
import { type LengthsAfter, lengthAt } from './lengthsAfter.ts';
import { marginLoss } from './marginLoss.ts';
import { ownGradients } from './rowGradients.ts';
import { without as withoutRow } from './withoutRow.ts';

/** An adversarial classifier as the solvers leave it. */
export interface FoundClassifier {
  readonly best: MarginPoint;
  /** a_i of the hinge, which its kink leaves to the duals; null for other losses. */
  readonly pulls: Float64Array | null;
  /** Of the entries of all gradients, n x d, under an attack in linf: their signs, or their duals where they are 0. */
  readonly signs: Float64Array | null;
}

/**
 * An adversarial classifier without each of its rows in turn, estimated. Its residuals are margins y_i f(x_i).
 * @param lengthsAfter null where no gradient norm can be told; NaN stands for it
 * @throws UserError for an intercept where a class would have no row left
 */
export function marginsLeftOut(
  rows: MarginRows,
  loss: MarginLossName,
  { best, pulls, signs }: FoundClassifier,
  lengthsAfter: LengthsAfter | null,
): LeftOutRows {
  const { n, N, M, eps, lambda, labelled, intercept } = rows;
  // Under an attack in linf.
  const separable = eps > 0 && rows.rowNorm.separable;
  const labels = intercept ? Float64Array.from({ length: n }, (_, i) => labelled[i * M + N]!) : null;
  if (labels && [1, -1].some((label) => labels.filter((own) => own === label).length < 2))
    throw new UserError('leaveOneOut: an intercept needs 2 rows or more of each class');
  // Off its kink it has no curvature, so that a row left out moves others across theirs.
  const doubts =
    loss === 'hinge'
      ? ['the hinge is no smooth function of the margin: only rows trained without anew are right']
      : [];
  const theta = best.x.subarray(0, N);
  if (theta.every((value) => value === 0)) return constantLeftOut(rows, labels, doubts);
  const atKink = Array.from(
    best.margins,
    // Where the margin is 1 the dual is inside its bounds, elsewhere at one of them.
    (w, i) => pulls !== null && Math.abs(1 - w) < Math.min(pulls[i]!, 1 - pulls[i]!),
  );
  const losses = marginLoss({
    ...{ n, N, M, eps, loss, design: labelled, ridge: n * lambda },
    gradientsAt: separable ? entryGradients(rows, signs!) : ownGradients(rows),
  });
  const scores = best.margins.map((w, i) => (atKink[i] ? pulls![i]! : rows.loss.pull(w)));
  const left = leaveRowsOut(losses, { x: best.x, scores, fitted: atKink }, lengthsAfter);
  const trainer = once(() => trainerWithout(losses, left.point, left.states));
  const residuals = left.outputs;
  return {
    fitted: best.clean,
    residuals,
    gradientNorms: lengthsAfter ? left.lengths : new Float64Array(n).fill(Number.NaN),
    influence: residuals.map((margin, i) => {
      const pull = left.states.scores[i]!;
      return pull > 0 ? (left.point.outputs[i]! - margin) / pull : 0;
    }),
    // That of the hinge is doubted whatever its rows do, and the others have none.
    crossing: 0,
    doubts: [...doubts, ...left.doubts],
    trained(i) {
      const at = separable ? null : trainer()(i);
      if (at === null) return null;
      const gradientNorm = lengthsAfter ? lengthAt(lengthsAfter, at.x.subarray(0, N), i) : Number.NaN;
      return { residual: at.outputs[i]!, gradientNorm };
    },
  };
}

/** The rows of a constant classifier, 0 or the best intercept of the others: beyond the critical radius nothing else is trained. */
function constantLeftOut(
  { n, loss }: MarginRows,
  labels: Float64Array | null,
  doubts: readonly string[],
): LeftOutRows {
  const zeros = new Float64Array(n);
  if (labels === null)
    return { fitted: zeros, residuals: zeros, gradientNorms: zeros, influence: zeros, crossing: 0, doubts };
  const b = bestConstant(loss, labels);
  // One row more or less of a class is the same whichever it is.
  const without = new Map(
    [1, -1].map((label) => [label, bestConstant(loss, withoutRow(labels, labels.indexOf(label), 1))]),
  );
  const fitted = labels.map((label) => label * b);
  const residuals = labels.map((label) => label * without.get(label)!);
  const influence = fitted.map((margin, i) => (margin - residuals[i]!) / loss.pull(margin) || 0);
  return { fitted, residuals, gradientNorms: zeros, influence, crossing: 0, doubts };
}
