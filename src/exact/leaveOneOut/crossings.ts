import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import type { RowBlock } from '../rowBlocks.ts';
import type { Pieces, RowLosses, RowStates } from './leaveRowsOut.ts';
import { KINK_CURVATURE, type LocalModel, type StepsWithout } from './localModel.ts';

/** Rows whose loss has a kink where the residual is 0 and a curvature of 1 elsewhere. */
export interface Kinks {
  /** Target less output, n. */
  readonly residuals: Float64Array;
  /** Half of what the derivative jumps by at the kink, n: a dual there is within plus and minus this. */
  readonly bounds: Float64Array;
}

/** Rows off their kink that may be moved across it, for each coefficient: those nearest to it. */
const NEAREST = 1.5;

/**
 * What the outputs at rows left out change by because their leaving moves others onto or across a kink, or off it. Each of those counts
 * for itself: a row that would cross is pulled back to its kink, by no more than the jump of its derivative; one at its kink that
 * would need more than its bound to stay there goes where the excess takes it.
 * @param asked at the minimiser of all rows
 * @returns from a block of rows and their steps to the changes of their outputs
 */
export function crossings(
  model: LocalModel,
  { M, design }: Pick<RowLosses, 'M' | 'design'>,
  { residuals, bounds }: Kinks,
  { fitted, scores }: RowStates,
  { outputDerivatives: pulls }: Pick<Pieces, 'outputDerivatives'>,
): (block: RowBlock, steps: StepsWithout) => Float64Array {
  const { place } = model;
  const atKink = [...fitted.keys()].filter((j) => place[j]! >= 0);
  const near = [...fitted.keys()]
    .filter((j) => place[j]! < 0)
    .sort((i, j) => Math.abs(residuals[i]!) - Math.abs(residuals[j]!))
    .slice(0, Math.ceil(NEAREST * M));
  const [P, K] = [atKink.length, near.length];
  const features = new Float64Array(K * M);
  for (const [k, j] of near.entries()) features.set(design.subarray(j * M, (j + 1) * M), k * M);
  const { whitened, slack } = model.freedom(features);
  const overlaps = model.kinks.overlaps();
  const signOf = (j: number): number => (scores[j]! < 0 ? -1 : 1);

  return ({ from, to }, { units, onKinks, leverages }) => {
    const rows = to - from;
    const onNear = new Float64Array(rows * K);
    linearAlgebra().multiplyTransposed(units, whitened, onNear, { m: rows, n: K, k: M });
    return Float64Array.from({ length: rows }, (_, row) => {
      const i = from + row;
      const at = place[i]!;
      // Without its own curvature, or its kink, the row moves more easily by this.
      const free = at < 0 ? 1 - leverages[row]! : overlaps[at * P + at]! - KINK_CURVATURE;
      const towards = at < 0 ? -signOf(i) : 1;
      let change = 0;
      for (let k = 0; k < K; k++) {
        const j = near[k]!;
        const along = onNear[row * K + k]!;
        const beyond = -signOf(j) * (residuals[j]! - pulls[i]! * along);
        if (j === i || !(beyond > 0)) continue;
        const force = Math.min(2 * bounds[j]!, beyond / (slack[k]! + free * along ** 2));
        change -= signOf(j) * force * along * towards;
      }
      for (let k = 0; k < P; k++) {
        const j = atKink[k]!;
        if (j === i) continue;
        const along = (at < 0 ? towards * onKinks[row * P + k]! : -overlaps[k * P + at]!) / free;
        const dual = pulls[j]! + pulls[i]! * along * towards;
        const excess = Math.abs(dual) - bounds[j]!;
        if (!(excess > 0)) continue;
        change += ((Math.sign(dual) * excess) / (overlaps[k * P + k]! - KINK_CURVATURE + 1)) * along;
      }
      return change;
    });
  };
}
